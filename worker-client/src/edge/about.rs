//! What a host says of itself, fetched with care and never in the way of a login.

use base64ct::{Base64, Encoding};
use branding::{Branding, Icon, extract, sniff};
use http::{Response, header};
use url::Url;

use super::fetch::{Limit, fetch};
use crate::{
    flow::{Egress, Named, get, same_site},
    pages::About,
};

/// Title, description and icon of the host's root page; nothing of it when the host does not answer in time.
pub(super) async fn about(named: &Named, egress: &Egress) -> About {
    let Some((url, page)) = root_page(named.root(), egress).await else { return About::default() };
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, description, icons, .. } = extract(url, content_type, page.body());
    let text = |text: branding::Text| text.as_untrusted_str().to_owned();
    About {
        title: title.map(text),
        description: description.map(text),
        icon: icon(named, &icons, egress).await,
    }
}

/// The root page, through at most three redirects within the site.
async fn root_page(mut url: Url, egress: &Egress) -> Option<(Url, Response<Vec<u8>>)> {
    for _ in 0..=3 {
        let page = fetch(get(&url, "text/html")?, egress, Limit::PAGE).await.ok()?;
        if page.status().as_u16() == 200 {
            return Some((url, page));
        }
        let location = page.headers().get(header::LOCATION)?.to_str().ok()?;
        let next =
            url.join(location).ok().filter(|next| page.status().is_redirection() && same_site(&url, next))?;
        url = next;
    }
    None
}

/// The best icon that is an image of moderate size, as a `data:` URL that loads from nowhere.
async fn icon(named: &Named, icons: &[Icon], egress: &Egress) -> Option<String> {
    let own = icons.iter().filter(|icon| same_site(&icon.url, named.url()));
    for icon in own.take(3) {
        let Ok(answer) = fetch(get(&icon.url, "image/*")?, egress, Limit::ICON).await else { continue };
        let image = sniff(answer.body()).filter(|image| image.width.max(image.height) <= 512);
        if let Some(image) = image.filter(|_| answer.status().as_u16() == 200) {
            let bytes = Base64::encode_string(answer.body());
            return Some(format!("data:{};base64,{bytes}", image.format.media_type()));
        }
    }
    None
}
