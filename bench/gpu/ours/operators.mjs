// Every conformance case on a device: operators.mjs requests FILE | compare ANSWER. The answer is reference.py's on the same device.
import { readFileSync, writeFileSync } from 'node:fs';
import { differences } from '../../../packages/torch/dist/testing/compare.js';
import { evaluate } from '../../../packages/torch/dist/testing/evaluate.js';
import { outcomesOf, requestsAsJson } from '../../../packages/torch/dist/testing/exchange.js';
import { REQUESTS } from '../../../packages/torch/dist/testing/requests.js';

const [what, device, file] = process.argv.slice(2);
// What takes no tensor makes one, on the CPU.
const requests = REQUESTS.filter(([{ inputs, body }]) => inputs.length > 0 || body.kind === 'module');
if (what === 'requests') writeFileSync(file, requestsAsJson(requests, device));
else compare(outcomesOf(JSON.parse(readFileSync(file, 'utf8'))));

function compare(theirs) {
  const wrong = [];
  let refused = 0;
  for (const [i, [test, variant]] of requests.entries()) {
    const ours = evaluate(test, variant, device);
    if (typeof ours === 'string' && typeof theirs[i] === 'string') {
      refused++;
      continue;
    }
    // What the CPU must refuse, a GPU may do.
    const options = { ...test.options, rejects: [] };
    const found = differences(ours, theirs[i], variant, options, true);
    if (found.length > 0) wrong.push(`${test.covers} ${variant} ${test.python}: ${found[0]}`);
  }
  console.log(JSON.stringify({ cases: requests.length, refused, wrong }));
}
