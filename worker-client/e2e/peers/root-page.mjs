// The root page of every peer: the branding that a person sees before the login.
export const rootPage = (title) => `<!doctype html><html><head><title>${title}</title>
<meta name="description" content="A real authorization server, for tests.">
<link rel="icon" type="image/png" sizes="64x64" href="/icon.png"></head><body><h1>${title}</h1></body></html>`;

// 64 by 64 pixels of one colour.
export const icon = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsPsb0NpGMoJvYbACS/W8FgEBAQEBAQEBAQEBAQEB' +
    'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywLp7iEerVsjsgAAAABJRU5ErkJggg==',
  'base64',
);

/** Answers the root page and its icon on a Node server; false for any other path. */
export function answerRootPage(path, response, title) {
  if (path === '/') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(rootPage(title));
  else if (path === '/icon.png') response.writeHead(200, { 'content-type': 'image/png' }).end(icon);
  else return false;
  return true;
}
