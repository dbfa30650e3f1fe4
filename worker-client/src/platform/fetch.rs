//! Requests to other parties: judged, without redirects, bounded in time and size.

use std::time::{Duration, SystemTime};

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use url::Url;
use worker::{
    js_sys::{Array, Promise, Uint8Array},
    wasm_bindgen::{self, JsCast, JsValue, prelude::wasm_bindgen},
    web_sys,
};

use super::{clock::now, promise::settled};
use login_flow::{Egress, FetchError};

/// Limit of a response: its time, headers and body together, and its size after decompression.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    bytes: usize,
    time: Duration,
    longer: Longer,
}

/// Treatment of a body that is longer than its limit.
#[derive(Clone, Copy)]
enum Longer {
    Cut,
    Refuse,
}

impl Limit {
    /// A form that a person sends us.
    const FORM: Self = Self { bytes: 16 << 10, time: Duration::from_secs(5), longer: Longer::Refuse };
    pub(crate) const METADATA: Self =
        Self { bytes: 64 << 10, time: Duration::from_secs(5), longer: Longer::Refuse };
    pub(crate) const TOKEN: Self =
        Self { bytes: 64 << 10, time: Duration::from_secs(10), longer: Longer::Refuse };
    pub(crate) const PAGE: Self =
        Self { bytes: 512 << 10, time: Duration::from_secs(3), longer: Longer::Cut };
    pub(crate) const ICON: Self =
        Self { bytes: 256 << 10, time: Duration::from_secs(3), longer: Longer::Refuse };

    fn room(self) -> u32 {
        u32::try_from(self.bytes).unwrap_or(u32::MAX)
    }
}

/// The end of a series of requests: slow responses, each within its limit, do not add up.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<SystemTime>);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self(now().checked_add(time))
    }

    /// The limit of the next request; no time is left for one after the deadline.
    fn cut(self, limit: Limit) -> Limit {
        let Some(deadline) = self.0 else { return limit };
        let left = deadline.duration_since(now()).unwrap_or_default();
        Limit { time: limit.time.min(left), ..limit }
    }
}

/// Sends a request and reads its answer. Redirects come back as they are.
pub(crate) async fn fetch(
    request: Request<Vec<u8>>,
    egress: &Egress,
    limit: Limit,
) -> Result<Response<Vec<u8>>, FetchError> {
    let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::NoAnswer)?;
    egress.judge(&url).map_err(FetchError::Blocked)?;
    if limit.time.is_zero() {
        return Err(FetchError::NoAnswer);
    }
    #[cfg(feature = "panic-on-purpose")]
    super::panic::on_purpose(&url);
    let answer = settled(&send(&url, &request, limit)?).await.map_err(|_| FetchError::NoAnswer)?;
    let (head, body) = (answer.unchecked_ref::<Array>().get(0), answer.unchecked_ref::<Array>().get(1));
    let mut response = response(&head.as_string().unwrap_or_default()).ok_or(FetchError::NoAnswer)?;
    // The runtime decodes one known encoding; what it leaves is not looked into.
    let encoding = response.headers().get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if !DECODED.split(' ').any(|known| known.as_bytes() == encoding.unwrap_or_default()) {
        return Err(FetchError::Encoding);
    }
    *response.body_mut() = within(limit, &body)?;
    Ok(response)
}

/// [`fetch`] as what drives an exchange: one piece of code for all of them.
pub(crate) fn through(
    egress: &Egress,
    limit: Limit,
) -> impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
    through_until(egress, limit, Deadline(None))
}

/// The same for a series of requests with a deadline.
pub(crate) fn through_until(
    egress: &Egress,
    limit: Limit,
    deadline: Deadline,
) -> impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
    async move |request| fetch(request, egress, deadline.cut(limit)).await
}

/// Reads the form in a request, as far as its limit allows.
pub(crate) async fn form(request: &web_sys::Request) -> Result<Vec<u8>, FetchError> {
    let limit = Limit::FORM;
    let body = settled(&read_form(request, limit.room())).await.map_err(|_| FetchError::NoAnswer)?;
    within(limit, &body)
}

/// The bytes that were read: one more than the limit allows where the body is longer.
fn within(limit: Limit, body: &JsValue) -> Result<Vec<u8>, FetchError> {
    let mut body = body.unchecked_ref::<Uint8Array>().to_vec();
    if body.len() > limit.bytes {
        match limit.longer {
            Longer::Refuse => return Err(FetchError::TooLarge),
            Longer::Cut => body.truncate(limit.bytes),
        }
    }
    Ok(body)
}

fn send(url: &Url, request: &Request<Vec<u8>>, limit: Limit) -> Result<Promise, FetchError> {
    let mut headers = vec![header::USER_AGENT.as_str(), USER_AGENT];
    for (name, value) in request.headers() {
        headers.extend([name.as_str(), value.to_str().map_err(|_| FetchError::NoAnswer)?]);
    }
    let headers = headers.join("\n");
    let millis = u32::try_from(limit.time.as_millis()).unwrap_or(u32::MAX);
    let (url, method, body) = (url.as_str(), request.method().as_str(), request.body());
    Ok(exchange(url, method, &headers, body, millis, limit.room(), DECODED))
}

/// The response with that status and headers, of which each part is a line, and without a body.
fn response(head: &str) -> Option<Response<Vec<u8>>> {
    let mut lines = head.split('\n');
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::from_bytes(lines.next()?.as_bytes()).ok()?;
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        // RFC 9110 §5.5: control characters in a value are replaced with spaces.
        let value = value.replace(|c: char| c.is_ascii_control() && c != '\t', " ");
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

#[wasm_bindgen(inline_js = "
export async function exchange(url, method, headers, body, millis, room, decoded) {
  const abort = new AbortController();
  let timer;
  const timeout = new Promise((_, reject) => (timer = setTimeout(reject, millis)));
  const pairs = headers.match(/.+\\n.*/g).map((pair) => pair.split('\\n'));
  const init = { method, headers: pairs, redirect: 'manual', signal: abort.signal };
  if (body.length) init.body = body.slice();
  const answered = async () => {
    const response = await fetch(url, init);
    const isDecoded = decoded.split(' ').includes(response.headers.get('content-encoding') ?? '');
    const whole = isDecoded && response.body ? await read(response.body, room) : new Uint8Array();
    return [[response.status, ...response.headers].flat().join('\\n'), whole];
  };
  try {
    return await Promise.race([answered(), timeout]);
  } finally {
    clearTimeout(timer);
    // Whatever is left of a body that was cut or refused is not pulled.
    abort.abort();
  }
}
export async function readForm({ body: stream }, room) {
  if (!stream) return new Uint8Array();
  let reader;
  try {
    reader = stream.getReader({ mode: 'byob' });
  } catch {
    // A stream that a program made of chunks.
    return read(stream, room);
  }
  const { value } = await reader.readAtLeast(room + 1, new Uint8Array(room + 1));
  if (value?.length > room) reader.cancel().catch(() => {});
  return value ?? new Uint8Array();
}
async function read(stream, room) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > room) break;
  }
  const whole = new Uint8Array(length);
  for (const chunk of chunks.reverse()) whole.set(chunk, (length -= chunk.length));
  return whole.subarray(0, room + 1);
}")]
extern "C" {
    /// Sends a request, whose headers are lines: a name, a value, and so on, as neither holds a line end. Reads its
    /// response: the status and headers in the same form, and the body, of which no more is pulled than shows that it is
    /// too long. A body of an encoding that is not decoded is not read.
    fn exchange(
        url: &str,
        method: &str,
        headers: &str,
        body: &[u8],
        millis: u32,
        room: u32,
        decoded: &str,
    ) -> Promise;

    /// Reads the body of a request, of which no more is pulled than shows that it is too long: one promise, where each chunk
    /// would take several.
    #[wasm_bindgen(js_name = readForm)]
    fn read_form(request: &web_sys::Request, room: u32) -> Promise;
}

/// The encodings that the runtime decodes, and none.
const DECODED: &str = " gzip br deflate identity";
const USER_AGENT: &str = concat!("worker-client/", env!("CARGO_PKG_VERSION"));
