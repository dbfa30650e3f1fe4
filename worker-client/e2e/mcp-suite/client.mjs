// The command that a suite runs for each of its scenarios: tells the desk which, and waits until the person is done.
const [desk, url] = process.argv.slice(2);
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_CONTEXT: context = '{}' } = process.env;
const answer = await fetch(desk, {
  method: 'POST',
  body: JSON.stringify({ scenario, context: JSON.parse(context), url }),
});
console.log(await answer.text());
process.exit(answer.ok ? 0 : 1);
