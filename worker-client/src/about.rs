//! The branding of a host, fetched with care and never in the way of a login.

use std::{
    pin::{Pin, pin},
    rc::Rc,
    time::Duration,
};

use base64ct::{Base64, Encoding};
use branding::{Branding, Icon, IconSize, Image, ImageFormat, extract, sniff};
use futures_util::future::{Either, select};
use http::{Response, header};
use serde::{Deserialize, Serialize};
use url::Url;
use worker::Delay;

use crate::{
    config::Config,
    model::About,
    platform::{
        cache::CacheEntry,
        fetch::{Limit, fetch},
    },
};
use login_flow::{BearerChallenge, Egress, LoginTarget, get, is_page, is_transient, location, same_site};

/// The content of the response to a request for the root page without a token.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct RootPage {
    pub(crate) about: About,
    /// The scope that its challenge names: untrusted text.
    #[serde(default)]
    pub(crate) challenge_scope: Option<String>,
}

/// The host's root page, as it was lately; as much of it as the host says in time.
pub(crate) async fn root_page(target: &LoginTarget, config: &Config) -> Rc<RootPage> {
    let cache = CacheEntry::of(config, "about", target.root().as_str());
    match cache.recall() {
        Some(page) => page,
        None => Box::pin(find_root_page(&cache, target, &config.egress)).await,
    }
}

/// The root page, where this isolate does not remember it.
async fn find_root_page(cache: &CacheEntry, target: &LoginTarget, egress: &Egress) -> Rc<RootPage> {
    let mut deadline = pin!(Delay::from(BRANDING_DEADLINE));
    let remembered = within(deadline.as_mut(), cache.find()).await.flatten();
    if let Some(page) = remembered {
        return page;
    }
    let (page, ttl) = fetch_root_page(target, egress, deadline).await;
    let page = Rc::new(page);
    // A cache that is slow costs the next person a second look, nothing else.
    within(pin!(Delay::from(CACHE_WRITE_DEADLINE)), cache.write(&page, ttl)).await;
    page
}

/// The root page, and the time for which it may be kept.
async fn fetch_root_page(
    target: &LoginTarget,
    egress: &Egress,
    mut deadline: Pin<&mut Delay>,
) -> (RootPage, Duration) {
    let (page, challenge_scope) =
        within(deadline.as_mut(), fetch_page(target.root(), egress)).await.unwrap_or_default();
    let Some((url, page)) = page else {
        return (RootPage { about: About::default(), challenge_scope }, EMPTY_ABOUT_TTL);
    };
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, name, description, icons, .. } = extract(url, content_type, page.body());
    let text = |text: branding::Text| text.as_untrusted_str().to_owned();
    // A page whose icons never come is shown without one, and asked again sooner.
    let icon = within(deadline, icon(&icons, egress)).await;
    let is_kept = icon.is_some() && !is_transient(page.headers());
    let ttl = if is_kept { ABOUT_TTL } else { EMPTY_ABOUT_TTL };
    let title = title.or(name).map(text);
    let about = About { title, description: description.map(text), icon: icon.flatten() };
    (RootPage { about, challenge_scope }, ttl)
}

async fn within<T>(time: Pin<&mut Delay>, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), time).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

type Page = (Url, Response<Vec<u8>>);

/// The page at a root, through at most three redirects within the site, and the scope of the root's challenge.
async fn fetch_page(mut url: Url, egress: &Egress) -> (Option<Page>, Option<String>) {
    let mut challenge_scope = None;
    for hop in 0..=3 {
        let Some(request) = get(&url, "text/html") else { break };
        let Ok(page) = fetch(request, egress, Limit::PAGE).await else { break };
        if is_page(&page) {
            return (Some((url, page)), challenge_scope);
        }
        if hop == 0 {
            challenge_scope = BearerChallenge::read(page.headers()).and_then(|challenge| challenge.scope);
        }
        let next = location(page.headers()).and_then(|location| url.join(&location).ok());
        match next.filter(|next| page.status().is_redirection() && same_site(&url, next)) {
            Some(next) => url = next,
            None => break,
        }
    }
    (None, challenge_scope)
}

/// The best icon that is an image of moderate size, as a `data:` URL that loads from nowhere. It may lie at any host that
/// the egress policy allows, such as a content delivery network: it is known by its bytes and served by this app.
async fn icon(icons: &[Icon], egress: &Egress) -> Option<String> {
    // An SVG can run scripts: never shown, so not asked for either.
    let shown = icons.iter().filter(|icon| icon.size != IconSize::Scalable);
    for icon in shown.take(3) {
        let Ok(answer) = fetch(get(&icon.url, "image/*")?, egress, Limit::ICON).await else { continue };
        let is_shown = |image: &Image| {
            let is_long = image.format == ImageFormat::Gif && answer.body().len() > MAX_GIF_BYTES;
            image.width.max(image.height) <= MAX_ICON_SIDE && !is_long
        };
        let image = sniff(answer.body()).filter(is_shown);
        if let Some(image) = image.filter(|_| answer.status().as_u16() == 200) {
            let bytes = Base64::encode_string(answer.body());
            return Some(format!("data:{};base64,{bytes}", image.format.media_type()));
        }
    }
    None
}

/// The longest wait of a login for the branding: a root page that never comes must not take two seconds.
const BRANDING_DEADLINE: Duration = Duration::from_millis(1500);
const CACHE_WRITE_DEADLINE: Duration = Duration::from_millis(250);
const ABOUT_TTL: Duration = Duration::from_hours(24);
const MAX_ICON_SIDE: u32 = 1024;
/// A larger one is not an icon but an animation of many frames.
const MAX_GIF_BYTES: usize = 64 << 10;
/// The lifetime for a host without branding, whose branding did not come in time, or is not meant to be kept.
const EMPTY_ABOUT_TTL: Duration = Duration::from_hours(1);
