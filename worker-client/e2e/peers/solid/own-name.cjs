// Loaded into the server: its own https name, which only the tests can resolve, leads back to it. It asks itself for its
// keys and for the profile of a person when it judges a token.
const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');

const issuer = new URL(process.env.ISSUER);
const { request, get } = https;

const own = (call, fallback) =>
  function redirected(input, ...rest) {
    const given = typeof input === 'string' || input instanceof URL ? new URL(input) : undefined;
    const host = given?.hostname ?? input.hostname ?? input.host;
    if (host !== issuer.hostname) return fallback(input, ...rest);
    const options = given ? (typeof rest[0] === 'object' ? rest.shift() : {}) : input;
    const headers = { ...options.headers, host: issuer.host };
    return call(
      {
        ...options,
        headers: { ...headers, 'x-forwarded-host': issuer.host, 'x-forwarded-proto': 'https' },
        agent: undefined,
        protocol: 'http:',
        host: '127.0.0.1',
        hostname: '127.0.0.1',
        port: process.env.OWN_PORT,
        path: given ? given.pathname + given.search : options.path,
      },
      ...rest,
    );
  };
https.request = own(http.request, request);
https.get = own(http.get, get);
syncBuiltinESMExports();
