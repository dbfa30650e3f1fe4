// One JSON line for each test that ended: what the table of threats is made of.
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (!['test:pass', 'test:fail'].includes(type) || data.details.type === 'suite') continue;
    const { name, file, todo, skip } = data;
    yield `${JSON.stringify({ name, file, passed: type === 'test:pass', todo, skip })}\n`;
  }
}
