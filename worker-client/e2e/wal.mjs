// The durable writes of a Durable Object, read from the write-ahead log of its SQLite database.
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The durable writes of the objects of a class since an earlier look, oldest first for each object: which tables each
 * changed, and by how many rows. `since` is the `looked` of that look.
 *
 * A commit is a frame that says how many pages the database has after it; the database is read as it was after each.
 * An object that nobody asks is closed after some seconds, and its log with it: the next one has another name.
 */
export async function writes(app, className, since = {}) {
  const names = (await readdir(app.storage, { recursive: true })).filter((name) => name.endsWith('.sqlite'));
  const looked = {};
  const found = [];
  for (const name of names.filter((name) => new RegExp(`${className}/[0-9a-f]+\\.sqlite$`).test(name))) {
    const { log, commits } = JSON.parse(
      execFileSync('python3', ['-c', READ, join(app.storage, name)], { encoding: 'utf8' }),
    );
    const known = since[name]?.log === log ? since[name].commits : 0;
    looked[name] = { log, commits: commits.length };
    found.push(...commits.slice(known));
  }
  return { looked, found };
}

const READ = `
import json, os, shutil, sqlite3, sys, tempfile
path = sys.argv[1]
main = open(path, 'rb').read()
wal = open(path + '-wal', 'rb').read() if os.path.exists(path + '-wal') else b''
page = int.from_bytes(wal[8:12], 'big')
ends = [0]
for at in range(32, len(wal) - page - 23, page + 24):
    if wal[at + 8:at + 16] != wal[16:24]:
        break # of an earlier log, not yet written over
    if wal[at + 4:at + 8] != bytes(4):
        ends.append(at + 24 + page)

def rows(end):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, 'db')
        open(copy, 'wb').write(main)
        if end:
            open(copy + '-wal', 'wb').write(wal[:end])
        db = sqlite3.connect(copy)
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for name, in db.execute(named)]
        found = {table: sorted(map(repr, db.execute(f'SELECT * FROM "{table}"'))) for table in tables}
        db.close()
        return found

def added(before, after):
    pairs = [(table, before.get(table, []), after.get(table, [])) for table in sorted({*before, *after})]
    return {table: len(new) - len(old) for table, old, new in pairs if old != new}

states = [rows(end) for end in ends]
print(json.dumps({'log': wal[16:24].hex(), 'commits': [added(*pair) for pair in zip(states, states[1:])]}))
`;
