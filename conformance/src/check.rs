use branding::{Branding, extract};
use http::{Request, Response, header};
use worker_client::flow::{Egress, FetchError, InvalidHost, Named, get, probe};

use crate::{
    fetch::{Door, Limit},
    report::{About, Report},
};

/// Checks one host, live.
pub(crate) async fn check(host: &str, egress: &Egress, door: &Door) -> Result<Report, InvalidHost> {
    check_with(host, egress, async |request, limit| door.fetch(request, limit).await).await
}

/// Checks one host over any `fetch`.
pub(crate) async fn check_with(
    host: &str,
    egress: &Egress,
    fetch: impl AsyncFn(Request<Vec<u8>>, Limit) -> Result<Response<Vec<u8>>, FetchError>,
) -> Result<Report, InvalidHost> {
    let named = Named::parse(host, egress)?;
    let probe = probe(&named, egress, async |request| fetch(request, Limit::Json).await).await;
    let about = about(&named, &fetch).await.unwrap_or_default();
    Ok(Report::new(&named, probe, about))
}

/// What the root page says of the host; a page that redirects or fails says nothing.
async fn about(
    named: &Named,
    fetch: impl AsyncFn(Request<Vec<u8>>, Limit) -> Result<Response<Vec<u8>>, FetchError>,
) -> Option<About> {
    let page = fetch(get(&named.root(), "text/html")?, Limit::Page)
        .await
        .ok()
        .filter(|page| page.status().as_u16() == 200)?;
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, description, icons, .. } = extract(named.root(), content_type, page.body());
    let text = |text: branding::Text| text.as_untrusted_str().to_owned();
    Some(About {
        title: title.map(text),
        description: description.map(text),
        icon: icons.first().map(|icon| icon.url.to_string()),
    })
}
