use branding::{Branding, Text, extract};
use http::{HeaderValue, header};
use login_flow::{get, is_page};

use crate::{context::CheckContext, report::About, session::Limit};

/// Reads the name, description and icon of the host from its root page; `None` if that redirects or fails.
pub(super) async fn read(context: &CheckContext<'_>) -> Option<About> {
    let mut request = get(&context.target.root(), "text/html")?;
    if context.options.is_reading() {
        // The last request of a check that reads only.
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let page = context.session.send(request, Limit::Page).await.ok();
    let page = page.filter(is_page)?;
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, name, description, icons, .. } =
        extract(context.target.root(), content_type, page.body());
    let text = |text: Text| text.as_untrusted_str().to_owned();
    Some(About {
        title: title.or(name).map(text),
        description: description.map(text),
        icon: icons.first().map(|icon| icon.url.to_string()).filter(|url| url.len() <= 2048),
    })
}
