// Removes each rule and each bound in turn, and shows that a test notices: a page of the vectors for a rule, a page
// made to hurt or the measured heap for a bound.
//
// Each row: the rule, the file, what stands there, what stands there without the rule; more edits of the same file
// follow. An argument is a pattern for the rows to run, by file and rule.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MUTANTS = [
  [
    'the title element comes first',
    'sources',
    'Source::TitleElement, Source::Meta("og:title")',
    'Source::Meta("og:title"), Source::TitleElement',
  ],
  ['og:title', 'sources', 'Source::Meta("og:title")', 'Source::Meta("x")'],
  ['twitter:title', 'sources', 'Source::Meta("twitter:title")', 'Source::Meta("x")'],
  ['og:site_name', 'sources', 'Source::Meta("og:site_name")', 'Source::Meta("x")'],
  ['application-name', 'sources', 'Source::Meta("application-name")', 'Source::Meta("x")'],
  ['apple-mobile-web-app-title', 'sources', 'Source::Meta("apple-mobile-web-app-title")', 'Source::Meta("x")'],
  ['description', 'sources', 'Source::Meta("description")', 'Source::Meta("x")'],
  ['og:description', 'sources', 'Source::Meta("og:description")', 'Source::Meta("x")'],
  ['twitter:description', 'sources', 'Source::Meta("twitter:description")', 'Source::Meta("x")'],
  ['property names a meta', 'sources', '["property", "name", "itemprop"]', '["name", "name", "itemprop"]'],
  ['name names a meta', 'sources', '["property", "name", "itemprop"]', '["property", "property", "itemprop"]'],
  ['itemprop names a meta', 'sources', '["property", "name", "itemprop"]', '["property", "name", "name"]'],
  ['the target is 128', 'sources', 'const TARGET: u32 = 128', 'const TARGET: u32 = 64'],
  ['1024 is large', 'sources', 'const LARGE: u32 = 1024', 'const LARGE: u32 = 1023'],
  ['above 1024 comes after the small', 'sources', 'const LARGE: u32 = 1024', 'const LARGE: u32 = 4096'],
  ['an unknown size counts as no less than 32', 'sources', 'const UNKNOWN: u32 = 32', 'const UNKNOWN: u32 = 30'],
  ['an unknown size counts as no more than 32', 'sources', 'const UNKNOWN: u32 = 32', 'const UNKNOWN: u32 = 34'],
  ['an SVG comes first', 'sources', 'IconSize::Scalable => Self::Scalable', 'IconSize::Scalable => Self::Fallback'],
  [
    'of the small the largest',
    'sources',
    'Small(Reverse<u32>)',
    'Small(u32)',
    ['Self::Small(Reverse(pixels))', 'Self::Small(pixels)'],
    ['Self::Small(Reverse(UNKNOWN))', 'Self::Small(UNKNOWN)'],
    ['use std::cmp::Reverse;', ''],
  ],
  [
    'of those large enough the smallest',
    'sources',
    'Enough(u32)',
    'Enough(Reverse<u32>)',
    ['Self::Enough(pixels)', 'Self::Enough(Reverse(pixels))'],
  ],
  [
    'the first of equal texts',
    'page',
    'self.texts.iter().filter(move |(s, _)| s == source)',
    'self.texts.iter().rev().filter(move |(s, _)| s == source)',
  ],
  ['only the first title', 'page', 'self.asides == 0 && self.title.is_none()', 'self.asides == 0'],
  ['no title of a template or drawing', 'page', 'self.asides == 0 && self.title.is_none()', 'self.title.is_none()'],
  [
    'empty content is skipped',
    'page',
    '.filter(|content| !content.is_blank())',
    '',
    ['.find_map(|text| clean(&text))', '.next().and_then(|text| clean(&text))'],
  ],
  ['the first base counts', 'page', '"base" if self.base.is_none()', '"base"'],
  ['a base resolves', 'page', 'base.filter(icon::is_web)', 'base.filter(|_| false)'],
  ['meta names a charset', 'page', 'charset.meta(&tag);', ''],
  [
    'a mask is no icon',
    'icon',
    'has("mask-icon")',
    'has("x-mask")',
    ['} else if has("icon") {', '} else if has("icon") || has("mask-icon") {'],
  ],
  ['rel is a set of tokens', 'icon', 'rel.split_ascii_whitespace().any(|t| t == token)', 'rel.contains(token)'],
  ['apple-touch-icon', 'icon', 'has("apple-touch-icon") ||', ''],
  ['apple-touch-icon-precomposed', 'icon', '|| has("apple-touch-icon-precomposed")', ''],
  ['an apple-touch-icon is 180', 'icon', 'const APPLE: u32 = 180', 'const APPLE: u32 = 200'],
  ['an unsupported type is dropped', 'icon', 'essence.is_empty() || TYPES.contains(&essence)', 'true'],
  ['media is evaluated', 'icon', 'Scheme::of(&tag.keyword("media").unwrap_or_default())?', 'Scheme::Light'],
  [
    'dark icons are kept apart',
    'icon',
    'if *scheme == Scheme::Light { &mut light } else { &mut dark }',
    '&mut light',
    ['let mut dark', 'let dark'],
  ],
  ['the whole list is kept', 'icon', '    distinct\n}', '    distinct.truncate(1);\n    distinct\n}'],
  ['data:, means no icon', 'icon', '!links.iter().any(|link| matches!(link, Link::NoIcon))', 'true'],
  ['/favicon.ico is the fallback', 'icon', 'light.extend(fallback(page));', ''],
  ['https on an https page', 'icon', 'page.scheme() == "https" && url.scheme() == "http"', 'false'],
  ['http and https only', 'icon', 'matches!(url.scheme(), "http" | "https")', 'true'],
  ['an empty href is none', 'icon', '!href.is_blank() && ', ''],
  ['the last of equals', 'icon', 'links.iter().rev()', 'links.iter()'],
  [
    'sizes of the attribute',
    'icon',
    '.min_by_key(|size| Rank::from(*size))',
    '.min_by_key(|size| Rank::from(*size)).filter(|_| false)',
  ],
  ['sizes in the file name', 'icon', 'side_in_name(url.path()).or(apple)', 'apple'],
  ['an SVG by its type', 'icon', 'is_svg || url.path()', 'url.path()'],
  ['an SVG by its path', 'icon', 'is_svg || url.path().to_ascii_lowercase().ends_with(".svg")', 'is_svg'],
  ['any is not a size', 'icon', 'if is_svg || ', 'if is_svg || sizes == "any" || '],
  ['a byte order mark', 'extractor', 'self.charset.sniff_bom(block);', ''],
  [
    'the header names a charset',
    'charset',
    'content_type.and_then(named_in)',
    'content_type.and_then(|_| named_in(""))',
  ],
  ['the header is stronger than meta', 'charset', 'if self.declared.is_some() {\n            return;\n        }', ''],
  ['UTF-8 if it is valid', 'charset', '(None, Ok(_)) => UTF_8', '(None, Ok(_)) => WINDOWS_1252'],
  ['else windows-1252', 'charset', '(None, Err(_)) => WINDOWS_1252', '(None, Err(_)) => UTF_8'],
  ['http-equiv names a charset', 'charset', 'label.or_else(content)', 'label.or_else(|| content().filter(|_| false))'],
  ['UTF-16 is transcoded', 'charset', '(!is_ascii_compatible).then(', 'false.then('],
  ['character references in texts', 'charset', 'htmlize::unescape(self.decode(raw)).into_owned()', 'self.decode(raw)'],
  [
    'character references in attributes',
    'charset',
    'htmlize::unescape_attribute(self.decode(raw)).into_owned()',
    'self.decode(raw)',
  ],
  [
    'attributes have a rule of their own',
    'charset',
    'htmlize::unescape_attribute(self.decode(raw))',
    'htmlize::unescape(self.decode(raw))',
  ],
  [
    'decoded once',
    'charset',
    'htmlize::unescape(self.decode(raw)).into_owned()',
    'htmlize::unescape(htmlize::unescape(self.decode(raw))).into_owned()',
  ],
  ['NUL is visible', 'charset', '.0.replace(\'\\0\', "\\u{FFFD}")', '.0.into_owned()'],
  ['keywords in any case', 'charset', '.trim_ascii().to_ascii_lowercase()', '.trim_ascii().to_owned()'],
  ['the head ends', 'token', 'handlers.push(Box::new(|_| Err("the head ends".into())));', 'let _ = handlers;'],
  ['the body is not read', 'token', '"body" => return Err("the body starts".into()),', '"body" => {}'],
  ['a template is not the page', 'token', '"template" | "svg" | "math"', '"svg" | "math"'],
  ['a drawing is not the page', 'token', '"template" | "svg" | "math"', '"template" | "math"'],
  ['white space collapses', 'text/visible', 'c.is_ascii_whitespace() || is_line_break(c)', 'is_line_break(c)'],
  ['ASCII white space only', 'text/visible', 'c.is_ascii_whitespace() || is_line_break(c)', 'c.is_whitespace()'],
  ['invisible characters go', 'text/visible', '.filter(|c| !is_invisible(*c))', ''],
  ['80 graphemes of a title', 'text', 'const TITLE: usize = 80', 'const TITLE: usize = 90'],
  ['200 graphemes of a description', 'text', 'const DESCRIPTION: usize = 200', 'const DESCRIPTION: usize = 220'],
  ['only content says it', 'token', 'found == CONTENT', '[CONTENT, "value"].contains(&&*found)'],
  ['only HTML is read', 'extractor', 'content_type.is_none_or(is_html)', 'content_type.is_none_or(|_| true)'],
];
const BOUNDS = [
  ['512 KiB of a page', 'extractor', '512 * 1024', '1024 * 1024'],
  ['256 KiB of an open tag', 'token', 'const MEMORY: usize = 256 * 1024', 'const MEMORY: usize = 4096 * 1024'],
  ['the heap of an open tag', 'token', 'const MEMORY: usize = 256 * 1024', 'const MEMORY: usize = 4096 * 1024', 'heap'],
  ['4096 tags', 'token', 'const TAGS_READ: usize = 4096', 'const TAGS_READ: usize = 90_000'],
  ['4096 pieces of titles', 'token', 'const TEXTS_READ: usize = 4096', 'const TEXTS_READ: usize = 90_000'],
  ['64 links', 'page', 'const LINKS: usize = 64', 'const LINKS: usize = 5_000'],
  ['the heap of links', 'page', 'const LINKS: usize = 64', 'const LINKS: usize = 250_000', 'heap'],
  ['8 texts of a kind', 'page', 'const TEXTS: usize = 8', 'const TEXTS: usize = 9'],
  ['4 KiB of a value', 'charset', 'const MAX: usize = 4096', 'const MAX: usize = 1 << 20'],
  ['4 KiB of a URL', 'icon', 'const LONGEST_URL: usize = 4096', 'const LONGEST_URL: usize = 1 << 20'],
  ['blocks are cut at the same bytes', 'extractor', 'if self.block.len() == BLOCK', 'if self.block.len() > 1'],
];

const root = new URL('../../', import.meta.url).pathname;
const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
// Not the project's own target: cargo would take what a mutant left there for the project's.
const CARGO_TARGET_DIR = join(root, 'target/mutants');
const env = { ...process.env, CARGO_TARGET_DIR };
const run = (test) =>
  spawnSync('cargo', ['test', '--quiet', '--locked', '-p', 'branding', '--test', test], {
    cwd: copy,
    encoding: 'utf8',
    env,
  });
const rows = [
  ...MUTANTS.map(([rule, file, ...edits]) => ({
    rule,
    file,
    edits: [edits.slice(0, 2), ...edits.slice(2)],
    test: 'vectors',
  })),
  ...BOUNDS.map(([rule, file, from, to, test = 'hostile']) => ({ rule, file, edits: [[from, to]], test })),
].filter(({ rule, file }) => new RegExp(process.argv[2] ?? '').test(`${file} ${rule}`));
for (const { rule, file, edits } of rows) {
  const source = readFileSync(join(root, 'branding/src', `${file}.rs`), 'utf8');
  const odd = edits.find(([from]) => source.split(from).length !== 2);
  if (odd) throw new Error(`${rule}: not once in ${file}.rs: ${odd[0]}`);
}
let survivors = 0;
try {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  execFileSync('tar', ['-cf', join(copy, 'all.tar'), '-T', '-'], { cwd: root, input: files });
  execFileSync('tar', ['-xmf', 'all.tar'], { cwd: copy });
  for (const test of ['vectors', 'hostile', 'heap']) {
    const control = run(test);
    if (control.status !== 0)
      throw new Error(`${test} fail with every rule in place\n${control.stdout}${control.stderr}`);
  }
  for (const { rule, file, edits, test } of rows) {
    const path = join(copy, 'branding/src', `${file}.rs`);
    const original = readFileSync(path, 'utf8');
    const mutant = edits.reduce((text, [from, to]) => text.replace(from, () => to), original);
    writeFileSync(path, mutant);
    const { status, stdout, stderr } = run(test);
    writeFileSync(path, original);
    const output = stdout + stderr;
    const noticed =
      /^branding\/\S+, \w+: .*|\S*branding\/\S+, \w+: .*/m.exec(output)?.[0] ?? /^ {4}\w+$/m.exec(output)?.[0].trim();
    const builds = !/could not compile/.test(output);
    if (status === 0 || !builds) survivors += 1;
    console.log(
      `${status === 0 ? 'SURVIVES' : builds ? 'noticed ' : 'DOES NOT BUILD'} ` +
        `${rule}${builds && noticed ? ` (${noticed})` : ''}`,
    );
    if (!builds) console.log(stderr.slice(0, 600));
  }
} finally {
  rmSync(copy, { recursive: true });
}
console.log(`${rows.length - survivors} of ${rows.length} rules and bounds have a test that fails without them`);
process.exitCode = survivors === 0 ? 0 : 1;
