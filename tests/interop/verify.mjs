// What verifiers that Mijlpaal did not write say of documents. Offline: what they would fetch is handed in.
//
//   node verify.mjs STANDARDS_DIR WEB_FILE < documents.jsonl > verdicts.jsonl
//
// STANDARDS_DIR holds 1EdTech's JSON Schemas; WEB_FILE is a JSON object from address to text: DID documents.
// In: {"name", "document", "verifiers"}, the document as the text that was served. Out, one line for each verifier:
// {"name", "verifier", "accepted", "said"}.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { webcrypto } from 'node:crypto';

const [standards, webFile] = process.argv.slice(2);

function schemaFile(variant) {
  return readFileSync(join(standards, 'schema', `ob_v3p0_achievementcredential_schema.${variant}.json`), 'utf8');
}

// The published file of this address is the strict one, whatever stands in its $id.
const web = {
  ...JSON.parse(readFileSync(webFile, 'utf8')),
  'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json': schemaFile('strict'),
};

// Before any verifier is imported: they keep what they find then.
globalThis.crypto ??= webcrypto;
console.log = console.error;
globalThis.fetch = async (request) => {
  const address = String(request.url ?? request);
  if (!Object.hasOwn(web, address)) throw new Error(`not on this web: ${address}`);
  return new Response(web[address], { headers: { 'content-type': 'application/json' } });
};
Socket.prototype.connect = () => {
  throw new Error('this program does not use the network');
};

const { verifyCredential } = await import('@digitalcredentials/verifier-core');
const { default: Ajv2019 } = await import('ajv/dist/2019.js');
const { default: addFormats } = await import('ajv-formats');
const didkit = createRequire(import.meta.url)('@learncard/didkit-plugin-node-linux-x64-gnu');

function schemaVerdict(variant) {
  const ajv = new Ajv2019({ strict: false });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(schemaFile(variant)));
  return async (text) => {
    const accepted = validate(JSON.parse(text));
    return [accepted, accepted ? 'valid' : ajv.errorsText(validate.errors)];
  };
}

async function dccVerdict(text) {
  const result = await verifyCredential({ credential: JSON.parse(text), knownDIDRegistries: [] });
  if (result.errors) return [false, result.errors.map((error) => `${error.name}: ${error.message}`).join('; ')];
  // No registry was named, so that step cannot hold; every other step must.
  const steps = result.log.filter((step) => step.id !== 'registered_issuer');
  const schemas = result.additionalInformation.flatMap(({ results }) => results);
  const said = [
    ...steps.map((step) => [step.valid === true, step.id]),
    ...schemas.map((schema) => [schema.result?.valid === true, 'schema']),
  ];
  // Some documents get neither an error nor a verdict on their signature: silence is no yes.
  for (const needed of ['valid_signature', 'schema']) {
    if (!said.some(([, step]) => step === needed)) said.unshift([false, `a word about ${needed}`]);
  }
  return [said.every(([valid]) => valid), said.map(([valid, step]) => (valid ? step : `not ${step}`)).join(', ')];
}

async function didkitVerdict(text) {
  const answer = await didkit.verifyCredential(text, '{"proofPurpose":"assertionMethod"}', '{}');
  const { checks, errors, warnings } = typeof answer === 'string' ? JSON.parse(answer) : answer;
  const accepted = errors.length === 0 && checks.some((check) => /proof/i.test(check));
  return [accepted, [...checks, ...warnings, ...errors].join('; ')];
}

const verifiers = {
  dcc: dccVerdict,
  didkit: didkitVerdict,
  'schema-strict': schemaVerdict('strict'),
  'schema-json-ld': schemaVerdict('jsonld-variant'),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { name, document, verifiers: asked } = JSON.parse(line);
  for (const verifier of asked) {
    let verdict;
    try {
      verdict = await verifiers[verifier](document);
    } catch (error) {
      verdict = [false, String(error.message ?? error)];
    }
    const [accepted, said] = verdict;
    process.stdout.write(`${JSON.stringify({ name, verifier, accepted, said: said.slice(0, 300) })}\n`);
  }
}
