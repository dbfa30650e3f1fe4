// What outlives the page: rows of IndexedDB, each encrypted under a key that no script can take out of the browser, and
// bound to its name. The flow wrote the rows and reads them again; nothing here knows what they hold.

const DATABASE = 'html-client';
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keys');
      request.result.createObjectStore('rows');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** The results of the requests of one transaction, once it is complete. */
async function transaction(mode, store, work) {
  const open = await database();
  return new Promise((resolve, reject) => {
    const tx = open.transaction(store, mode, { durability: 'strict' });
    const requests = work(tx.objectStore(store));
    tx.oncomplete = () => resolve(requests.map((request) => request.result));
    tx.onabort = () => reject(tx.error);
  });
}

async function key() {
  const [found] = await transaction('readonly', 'keys', (keys) => [keys.get('rows')]);
  if (found) return found;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  // Another tab may have been first.
  const add = (keys) => {
    const adding = keys.add(made, 'rows');
    adding.onerror = (event) => event.preventDefault();
    return [keys.get('rows')];
  };
  const [kept] = await transaction('readwrite', 'keys', add);
  return kept;
}

const bytes = (text) => new TextEncoder().encode(text);

async function opening(name, row) {
  try {
    const parameters = { name: 'AES-GCM', iv: row.iv, additionalData: bytes(name) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(parameters, await key(), row.sealed));
  } catch {
    return undefined;
  }
}

/** The time is not secret: by it what nobody came back for is swept out. */
export async function put(name, text) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const parameters = { name: 'AES-GCM', iv, additionalData: bytes(name) };
  const sealed = await crypto.subtle.encrypt(parameters, await key(), bytes(text));
  await transaction('readwrite', 'rows', (rows) => [rows.put({ iv, sealed, at: Date.now() }, name)]);
}

/** A row as `{ text, at }`. */
export async function get(name) {
  const [row] = await transaction('readonly', 'rows', (rows) => [rows.get(name)]);
  const text = row && (await opening(name, row));
  return text === undefined ? undefined : { text, at: row.at };
}

/** Takes a row out: `{ text, at }` for the one that comes first, nothing for all others. */
export async function take(name) {
  const [row] = await transaction('readwrite', 'rows', (rows) => [rows.get(name), rows.delete(name)]);
  const text = row && (await opening(name, row));
  return text === undefined ? undefined : { text, at: row.at };
}

export async function names(prefix) {
  const [all] = await transaction('readonly', 'rows', (rows) => [rows.getAllKeys()]);
  return all.filter((name) => name.startsWith(prefix));
}

/** Sweeps out the rows of these kinds that are older. */
export async function sweep(prefixes, age) {
  const [all, values] = await transaction('readonly', 'rows', (rows) => [rows.getAllKeys(), rows.getAll()]);
  const old = all.filter(
    (name, i) => values[i].at < Date.now() - age && prefixes.some((prefix) => name.startsWith(prefix)),
  );
  await transaction('readwrite', 'rows', (rows) => old.map((name) => rows.delete(name)));
}

/** Erases every row, and the key with them. */
export async function erase() {
  await transaction('readwrite', 'rows', (rows) => [rows.clear()]);
  await transaction('readwrite', 'keys', (keys) => [keys.clear()]);
}
