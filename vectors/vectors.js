import { readFileSync } from 'node:fs';

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

export const index = read('./index.json');

export function* cases(subject) {
  for (const requirement of index.requirements) {
    if (requirement.subject !== subject) continue;
    for (const vector of read(requirement.file).cases) yield { requirement, vector };
  }
}

export const hosts = () => index.hosts.map(({ file }) => read(file));

export const recorded = (kind) =>
  index.recorded.filter((file) => file.startsWith(`recorded/${kind}/`)).map((file) => ({ file, ...read(file) }));
