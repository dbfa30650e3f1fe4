// Guards of what the platform is asked through: requests, the cache, limits, encryption of rows, alarms.
import { PANICS, RELEASE, RUST_PANICS, src, worker, workerBy } from './guard.mjs';

const REQUESTS = 'worker-client/src/platform/requests.js';

export const PLATFORM = [
  worker(
    'single flight',
    src('platform/single_flight'),
    ['let running = self.0.borrow().get(key).cloned();', 'let running: Option<Flight<T>> = None;'],
    'tokens',
    'T01|T02',
  ),
  worker(
    'what is given up is named',
    src('platform/sealed'),
    ['keys.lost().any(|lost| lost == key)', '(keys.lost().any(|lost| lost == key) || !key.is_empty())'],
    'keys',
    'S08',
  ),
  worker(
    'nothing sleeps through a change of keys',
    src('platform/alarm'),
    ['LONGEST_SLEEP: i64 = 2_592_000', 'LONGEST_SLEEP: i64 = 2_592_000_000'],
    'keys',
    'S08',
  ),
  worker(
    'bytes are bounded',
    src('platform/fetch'),
    ['if body.len() > limit.bytes {', 'if body.len() > limit.bytes && body.len() > 1 << 30 {'],
    'documents',
    'D15|D16',
  ),
  worker(
    'time is bounded',
    src('platform/fetch'),
    ['limit.time.as_millis()', 'limit.time.saturating_mul(100).as_millis()'],
    'documents',
    'D17',
  ),
  worker('encodings are known', src('platform/fetch'), ['return Err(FetchError::Encoding);', '{}'], 'documents', 'D16'),
  worker(
    'every request is judged',
    src('platform/fetch'),
    ['egress.judge(&url).map_err(FetchError::Blocked)?;', ''],
    'branding',
    'B11',
  ),
  workerBy(
    'a question whose answer is lost is not asked again',
    src('platform/rpc'),
    ['Err(error) if error.is_instance_of::<TypeError>() =>', 'Err(_) =>'],
    ['e2e/objects.test.mjs'],
  ),
  workerBy(
    'a form is read no further than its limit',
    src('platform/fetch'),
    [
      [
        'reader.readAtLeast(room + 1, new Uint8Array(room + 1))',
        'reader.readAtLeast(room * 9, new Uint8Array(room * 9))',
      ],
      ['if (length > room) break;', ''],
    ],
    ['e2e/forms.test.mjs'],
  ),
  workerBy(
    'an answer of other settings',
    src('platform/cache'),
    ['.extend_pairs(settings)', '.extend_pairs(settings.filter(|_| false))'],
    ['--test-name-pattern=under these settings alone', 'e2e/remembered.test.mjs'],
  ),
  workerBy(
    'an end does not move',
    src('platform/cache'),
    ['let end = end.parse().ok().filter(|end| millis(now()) < *end)?;', 'let end = end.parse::<i64>().ok()? + 60_000;'],
    ['--test-name-pattern=an end does not move', 'e2e/remembered.test.mjs'],
  ),
  workerBy(
    'what was read before a write is forgotten',
    src('platform/storage'),
    ['self.remembered.take();\n        self.rows(statement', 'self.rows(statement'],
    ['--test-name-pattern=not sent twice', 'e2e/tokens.test.mjs'],
  ),
  workerBy(
    'a flight that ends at once is over',
    src('platform/single_flight'),
    [
      'self.0.borrow_mut().insert(key.to_owned(), flight.clone());\n            keep_running(state, flight.clone());',
      'keep_running(state, flight.clone());\n            self.0.borrow_mut().insert(key.to_owned(), flight.clone());',
    ],
    ['--test-name-pattern=t03', 'e2e/tokens.test.mjs'],
  ),
  worker(
    'headers that are ours',
    REQUESTS,
    ['if (isPassed(name)) passed[name] = value;', 'passed[name] = value;'],
    'fetch',
    'P03',
  ),
  worker('no redirect with a token', REQUESTS, ["redirect: 'manual'", "redirect: 'follow'"], 'fetch', 'P02'),
  worker(
    'cookies of a host where nothing else is looked at',
    REQUESTS,
    [' && !headers.has(cookie)', ''],
    'fetch',
    'P04',
  ),
  workerBy(
    'what was sent already is not sent again',
    REQUESTS,
    ['method, asked, response);', 'method, asked);'],
    ['e2e/tokens.test.mjs'],
  ),
  workerBy(
    'what was asked already is not asked again',
    REQUESTS,
    ['method, asked, response);', 'method, undefined, response);'],
    ['e2e/objects.test.mjs'],
  ),
  workerBy(
    'a response that may refuse the token is looked at',
    src('login/resource_request'),
    ['[302, 303, 307, 401, 403]', '[302, 303, 307, 400, 403]'],
    ['e2e/tokens.test.mjs'],
  ),
  worker('cookies of a host', REQUESTS, ['changed.headers.delete(name);', ''], 'fetch', 'P04'),
  worker(
    'limits',
    src('platform/limits'),
    ['is_within.is_truthy().then_some(())', '(is_within.is_truthy() || true).then_some(())'],
    'documents',
    'D24',
  ),
  worker(
    "a panic is one request's",
    src('platform/panic'),
    [
      'let outcome = AssertUnwindSafe(work).catch_unwind().await;',
      'let outcome = AssertUnwindSafe(work).map(Ok::<_, Box<dyn Any + Send>>).await;',
    ],
    'system',
    'S13',
    [RELEASE, PANICS, RUST_PANICS],
  ),
];
