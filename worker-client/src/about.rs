//! What a host says of itself, fetched with care and never in the way of a login.

use std::{
    pin::{Pin, pin},
    time::Duration,
};

use base64ct::{Base64, Encoding};
use branding::{Branding, Icon, IconSize, extract, sniff};
use futures_util::future::{Either, select};
use http::{Response, header};
use url::Url;
use worker::Delay;

use crate::{
    config::Config,
    model::About,
    platform::{
        cache::Remembered,
        fetch::{Limit, fetch},
    },
};
use login_flow::{Egress, LoginTarget, get, same_site};

/// Title, description and icon of the host's root page, as they were lately; as much of it as the host says in time.
pub(crate) async fn about(named: &LoginTarget, config: &Config) -> About {
    let mut patience = pin!(Delay::from(PATIENCE));
    let cache = Remembered::of(config, "about", named.root().as_str());
    let remembered = within(patience.as_mut(), cache.read()).await.flatten();
    if let Some(about) = remembered {
        return about;
    }
    let (about, lasts) = ask(named, &config.egress, patience).await;
    // A cache that is slow costs the next person a second look, nothing else.
    within(pin!(Delay::from(PATIENCE_TO_REMEMBER)), cache.write(&about, lasts)).await;
    about
}

/// What the host says, and for how many seconds that holds.
async fn ask(named: &LoginTarget, egress: &Egress, mut patience: Pin<&mut Delay>) -> (About, u32) {
    let page = within(patience.as_mut(), root_page(named.root(), egress)).await.flatten();
    let Some((url, page)) = page else { return (About::default(), NOTHING_LASTS) };
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, description, icons, .. } = extract(url, content_type, page.body());
    let text = |text: branding::Text| text.as_untrusted_str().to_owned();
    // A page whose icons never come is shown without one, and asked again sooner.
    let icon = within(patience, icon(named, &icons, egress)).await;
    let lasts = if icon.is_some() { LASTS } else { NOTHING_LASTS };
    let about = About { title: title.map(text), description: description.map(text), icon: icon.flatten() };
    (about, lasts)
}

async fn within<T>(time: Pin<&mut Delay>, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), time).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
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
async fn icon(named: &LoginTarget, icons: &[Icon], egress: &Egress) -> Option<String> {
    let own = icons.iter().filter(|icon| same_site(&icon.url, named.url()));
    // An SVG can run scripts: never shown, so not asked for either.
    let own = own.filter(|icon| icon.size != IconSize::Scalable);
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

/// How long a login may wait for it: a root page that never comes must not keep anybody for two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);
const PATIENCE_TO_REMEMBER: Duration = Duration::from_millis(250);
/// In seconds: a day.
const LASTS: u32 = 24 * 60 * 60;
/// In seconds: an hour, for a host that had nothing to say, or not in time.
const NOTHING_LASTS: u32 = 60 * 60;
