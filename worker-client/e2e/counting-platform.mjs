// Counts what a request costs, whatever the machine: calls of the platform, SQL statements and their rows, and calls
// between JavaScript and wasm. It is imported before the Worker, whose instance it watches being made.
export const counts = {};
const cursors = [];
export const count = (name, by = 1) => {
  counts[name] = (counts[name] ?? 0) + by;
};

/** The calls so far since the last look; every call by its name where `isByName` is true. */
export function taken() {
  for (const cursor of cursors.splice(0)) {
    count('rows read', cursor.rowsRead);
    count('rows written', cursor.rowsWritten);
  }
  const found = { ...counts };
  for (const name of Object.keys(counts)) delete counts[name];
  return found;
}

/** An object whose methods of these names are counted. */
function counted(target, names) {
  for (const [method, name] of Object.entries(names)) {
    const original = target[method];
    target[method] = function (...given) {
      count(name);
      return original.apply(this, given);
    };
  }
}

const { Instance } = WebAssembly;
const wrap = (functions, name, isByName) =>
  Object.fromEntries(
    Object.entries(functions).map(([key, value]) => [
      key,
      typeof value !== 'function'
        ? value
        : (...given) => {
            count(name);
            if (isByName) count(`  ${key.replace(/^__wbg_|_[0-9a-f]{16}$/g, '')}`);
            return value(...given);
          },
    ]),
  );
WebAssembly.Instance = function (module, imports) {
  const isByName = globalThis.countsByName;
  const watched = Object.fromEntries(
    Object.entries(imports).map(([from, functions]) => [
      from,
      wrap(functions, 'JavaScript called from wasm', isByName),
    ]),
  );
  return { exports: wrap(new Instance(module, watched).exports, 'wasm called from JavaScript', false) };
};

counted(globalThis, { fetch: 'fetch of a host', setTimeout: 'timer' });
const cache = await caches.open('counting');
counted(Object.getPrototypeOf(cache), { match: 'cache read', put: 'cache write' });

let isWatched = false;
/** Counts what is asked of the storage of this object, and of all others: they are of one kind. */
export function watchStorage({ storage }) {
  if (isWatched) return;
  isWatched = true;
  counted(Object.getPrototypeOf(storage), { setAlarm: 'alarm set' });
  const sql = Object.getPrototypeOf(storage.sql);
  const { exec } = sql;
  sql.exec = function (...given) {
    count('SQL statement');
    const cursor = exec.apply(this, given);
    cursors.push(cursor);
    return cursor;
  };
}
