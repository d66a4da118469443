// node judge.mjs SCHEMA FILE…: one line of JSON for each file: {"file", "errors"}, as ajv judges it by the schema (draft-07).
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parseDocument } from 'yaml';

const [schema, ...files] = process.argv.slice(2);
// The choices of oneOf name only what they require: strictRequired would have their properties repeated.
const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
for (const file of files) {
  const document = parseDocument(readFileSync(file, 'utf8'), { merge: true });
  const errors = document.errors.map(error => `YAML: ${error.message.split('\n')[0]}`);
  if (errors.length === 0 && !validate(document.toJS())) {
    errors.push(...validate.errors.map(error => `${error.instancePath} ${error.message}`));
  }
  console.log(JSON.stringify({ file, errors }));
}
