// One JSON line for each test that ended: what the table of threats is made of.
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (!['test:pass', 'test:fail'].includes(type) || data.details.type === 'suite') continue;
    yield `${JSON.stringify({ name: data.name, file: data.file, passed: type === 'test:pass', todo: data.todo, skip: data.skip })}\n`;
  }
}
