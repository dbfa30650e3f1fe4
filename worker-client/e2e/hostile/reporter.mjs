// A test reporter: one JSON line for each finished test, from which the threat table is generated.
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (!['test:pass', 'test:fail'].includes(type) || data.details.type === 'suite') continue;
    const { name, file, todo, skip } = data;
    yield `${JSON.stringify({ name, file, passed: type === 'test:pass', todo, skip })}\n`;
  }
}
