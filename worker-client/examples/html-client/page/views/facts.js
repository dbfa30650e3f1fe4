// What is known of a connection.
import { h, said } from '../dom.js';

const time = (millis) => {
  const at = new Date(millis);
  return h('time', { datetime: at.toISOString() }, at.toLocaleString());
};

export function facts(connection) {
  const { part, issuer_host: issuer, scope, relaxed, expires, can_refresh: renews } = connection;
  const fact = (...children) => h('p', { class: 'fact' }, ...children);
  return [
    part && fact('For ', said(part)),
    fact('Issuer ', said(connection.issuer)),
    issuer && fact('Through ', issuer),
    scope && fact('Allows ', said(scope)),
    relaxed && fact('As the server requires, this page ', relaxed),
    fact(
      expires ? ['Token ends ', time(expires)] : 'The server does not say when the token ends',
      renews ? '; it is renewed when it is used' : '',
    ),
    fact(
      connection.isKept ? 'Kept on this device, encrypted' : 'In memory only: gone when this tab is closed or reloaded',
    ),
    connection.needs_login && h('p', { class: 'warn' }, 'Log in again: the server no longer accepts this connection.'),
  ];
}
