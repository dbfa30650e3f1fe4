// The tables that a fresh object makes in one statement are those that the migrations lead to.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { app, browser, logIn, start } from './counting.mjs';

const META = 'CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)';

/** Tables, columns and indexes of databases: of files, or of statements that are run one after the other. */
function shapes(databases) {
  const program = `
import json, sqlite3, sys
def shape(db):
    tables = db.execute("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND "
        "name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' ORDER BY name").fetchall()
    return {name: {
        'withoutRowid': wr,
        'columns': db.execute(f'PRAGMA table_info("{name}")').fetchall(),
        'indexes': sorted([unique, origin, db.execute(f'PRAGMA index_info("{index}")').fetchall(),
            index if origin == 'c' else ''] for _, index, unique, origin, _ in db.execute(f'PRAGMA index_list("{name}")')),
    } for name, wr in tables}
shapes = []
for database in json.load(sys.stdin):
    db = sqlite3.connect(database if isinstance(database, str) else ':memory:')
    for statement in [] if isinstance(database, str) else database: db.executescript(statement)
    shapes.append(shape(db))
json.dump(shapes, sys.stdout)`;
  return JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(databases), encoding: 'utf8' }));
}

/** The text literals of a constant of a Rust file. */
function statements(kind, constant) {
  const source = readFileSync(new URL(`../src/${kind}/schema.rs`, import.meta.url), 'utf8');
  const [, body] = source.split(`const ${constant}:`);
  const [value] = body.split(/^(?:\];|.*";)$/m, 1);
  const end = body.slice(value.length).match(/^.*$/m)[0];
  return [...`${value}${end}`.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
}

for (const [kind, later] of [
  ['account', ['LATER']],
  ['registrar', []],
])
  test(`${kind}: fresh as migrated`, async () => {
    const fresh = ['FRESH', ...later].flatMap((constant) => statements(kind, constant));
    const migrations = statements(kind, 'MIGRATIONS');
    assert.equal(fresh.length, 1 + later.length);
    assert.ok(migrations.length > 3);
    await start();
    await logIn(browser());
    const all = [
      [META, ...migrations],
      [META, ...fresh],
      [META, ...migrations.slice(0, -1)],
    ];
    let found;
    await app.whileStopped((files) => {
      found = shapes([...all, files[kind][0]]);
    });
    const [oneByOne, atOnce, before, made] = found;
    assert.deepEqual(atOnce, oneByOne);
    assert.deepEqual(made, oneByOne, 'what the Worker made');
    assert.notDeepEqual(before, oneByOne, 'a step that is missing shows');
  });

test('account: a login under way makes no more than the fresh tables, and a connection the others', async () => {
  await start();
  const ann = browser();
  const page = await ann.visit('/login?url=as.example');
  const away = await ann.submit(page, {}, { until: (url) => url.includes('/callback/') });
  const made = async () => {
    let found;
    await app.whileStopped(({ account }) => {
      found = shapes(account).map(Object.keys);
    });
    return found;
  };
  assert.deepEqual(await made(), [['meta', 'pending', 'session']]);
  assert.deepEqual((await ann.json('GET', '/connections')).json, []);
  await ann.visit(away.url);
  assert.equal((await ann.json('GET', '/connections')).json.length, 1);
  assert.deepEqual(await made(), [['connection', 'meta', 'outbox', 'pause', 'pending', 'session']]);
});

test('account: the steps after version 6 are for accounts with the fresh tables alone, too', () => {
  const ofVersion6 = [
    META,
    `CREATE TABLE session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL, sealed TEXT NOT NULL DEFAULT '');
    CREATE TABLE pending (state TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires INTEGER NOT NULL)`,
  ];
  const migrations = statements('account', 'MIGRATIONS');
  const first = migrations.findLastIndex((statement) => statement.includes('ADD COLUMN access_token')) + 1;
  assert.ok(first > 0);
  const [FRESH, LATER] = ['FRESH', 'LATER'].map((constant) => statements('account', constant));
  const [migrated, fresh, all] = shapes([
    [...ofVersion6, ...migrations.slice(first)],
    [META, ...FRESH],
    [META, ...FRESH, ...LATER],
  ]);
  // The others are all there or none is: one of them tells.
  assert.deepEqual(migrated, 'connection' in migrated ? all : fresh);
});
