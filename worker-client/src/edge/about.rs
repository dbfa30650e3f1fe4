//! What a host says of itself, fetched with care and never in the way of a login.

use std::{pin::pin, time::Duration};

use base64ct::{Base64, Encoding};
use branding::{Branding, Icon, extract, sniff};
use futures_util::future::{Either, select};
use http::{Response, header};
use url::Url;
use worker::Delay;

use super::{
    fetch::{Limit, fetch},
    probe::Remembered,
};
use crate::{
    config::Config,
    flow::{Egress, Named, get, same_site},
    pages::About,
};

/// Title, description and icon of the host's root page, as they were lately; nothing of it when the host does not
/// answer in time.
pub(super) async fn about(named: &Named, config: &Config) -> About {
    let remembered = Remembered::of(config, "about", named.root().as_str());
    if let Some(about) = remembered.read().await {
        return about;
    }
    let about = match select(pin!(ask(named, &config.egress)), pin!(Delay::from(PATIENCE))).await {
        Either::Left((about, _)) => about,
        Either::Right(_) => About::default(),
    };
    let seconds = if about == About::default() { NOTHING_LASTS } else { LASTS };
    remembered.write(&about, seconds).await;
    about
}

async fn ask(named: &Named, egress: &Egress) -> About {
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

/// How long a login may wait for it.
const PATIENCE: Duration = Duration::from_secs(3);
/// In seconds: a day.
const LASTS: u32 = 24 * 60 * 60;
/// In seconds: an hour, for a host that had nothing to say.
const NOTHING_LASTS: u32 = 60 * 60;
