// Sealed values as another implementation opens and seals them: to write rows as earlier versions did.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';

/** What a value is bound to in each form: the first did not bind its use. */
const associated = (form, kid, owner, { issuer = '', field, row, usedFor = ['', ''] }) =>
  [form, kid, owner, issuer, field, row, ...(form === 'v1' ? [] : usedFor)]
    .map((part) => `${Buffer.byteLength(part)}:${part}`)
    .join('');

const keyOf = (master, salt, owner) =>
  Buffer.from(hkdfSync('sha256', Buffer.from(master, 'base64'), salt, `v1|seal|${owner}`, 32));

/** The value of a place in another form. `keys` is the value of `MASTER_KEYS`. */
export function reform(keys, { owner, salt, place, sealed }, form) {
  const [was, kid, nonce, body] = sealed.split('.');
  const key = keyOf(JSON.parse(keys).keys[kid], Buffer.from(salt, 'base64url'), owner);
  const iv = Buffer.from(nonce, 'base64url');
  const bytes = Buffer.from(body, 'base64url');
  const opened = createDecipheriv('aes-256-gcm', key, iv)
    .setAAD(Buffer.from(associated(was, kid, owner, place)))
    .setAuthTag(bytes.subarray(-16));
  const plain = Buffer.concat([opened.update(bytes.subarray(0, -16)), opened.final()]);
  // The same nonce for the same text under the same key tells nobody anything, and this is a test.
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(associated(form, kid, owner, place)));
  const anew = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${form}.${kid}.${nonce}.${anew.toString('base64url')}`;
}

/** Where each table keeps sealed values, as SQL for the parts of their places. */
const COLUMNS = {
  pending: ["''", "'pending'", 'state', "''", "''"],
  connection: ['issuer', "'grant'", 'id', 'resource', 'label'],
  outbox: ['issuer', 'field', 'id', 'resource', 'label'],
  registration: ["json_extract(server, '$.issuer')", "'client'", 'redirect_uri', 'client_id', 'server'],
};

/** Rewrites the rows of a database file in the form that versions 1 and 2 of the rows had; sessions were not sealed. */
export function toFirstForm(keys, file) {
  const run = (input) => JSON.parse(execFileSync('python3', ['-c', SQL], { input: JSON.stringify(input) }));
  const queries = Object.entries(COLUMNS).map(([table, [issuer, field, row, first, second]]) => [
    table,
    `SELECT '${table}', rowid, sealed, ${issuer}, ${field}, ${row}, ${first}, ${second},
      (SELECT value FROM meta WHERE name = 'owner'), (SELECT value FROM meta WHERE name = 'salt') FROM ${table}`,
  ]);
  const rows = run({ file, queries, updates: [] });
  const updates = rows.map(([table, rowid, sealed, issuer, field, row, first, second, owner, salt]) => [
    `UPDATE ${table} SET sealed = ? WHERE rowid = ?`,
    [reform(keys, { owner, salt, sealed, place: { issuer, field, row, usedFor: [first, second] } }, 'v1'), rowid],
  ]);
  run({ file, queries: [], updates });
}

const SQL = `
import json, sqlite3, sys
asked = json.load(sys.stdin)
database = sqlite3.connect(asked["file"])
tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
rows = [row for table, query in asked["queries"] if table in tables for row in database.execute(query)]
for statement, bindings in asked["updates"]:
    database.execute(statement, bindings)
database.commit()
database.close()
print(json.dumps(rows))
`;
