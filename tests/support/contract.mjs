// Holds answers against schema/api/openapi.yaml (as served, openapi.json): status, content type, body. Stricter than
// the description by itself: an answer may hold no member that the description does not name.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

/** Methods and paths of the description: [{ method, path, parts, operation }]. */
export function operationsOf(api) {
  return Object.entries(api.paths).flatMap(([path, item]) => ['get', 'post', 'put', 'patch', 'delete'].filter(m => item[m])
    .map(m => ({ method: m.toUpperCase(), path, parts: path.split('/'), operation: item[m] })));
}

/** Every object schema with named members closed, in a copy. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, k === 'enum' || k === 'required' ? v : closed(v)]));
  if (copy.type === 'object' && copy.properties && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

export class Contract {
  constructor(file) {
    this.api = JSON.parse(readFileSync(file, 'utf8'));
    this.operations = operationsOf(this.api);
    this.called = new Map(); // operationId → set of statuses
    this.faults = [];
    this.ajv = addFormats(new Ajv({ allErrors: true, strict: false }));
    this.ajv.addSchema({ $id: 'api', components: closed(this.api.components) });
    this.compiled = new Map();
  }

  find(method, path) {
    const parts = path.split('?')[0].split('/');
    const wanted = method === 'HEAD' ? 'GET' : method;
    return this.operations.find(o => o.method === wanted && o.parts.length === parts.length &&
      o.parts.every((p, i) => p === parts[i] || (p.startsWith('{') && /^[1-9][0-9]*$/.test(parts[i]))));
  }

  #resolve(ref) {
    return ref.replace(/^#\//, '').split('/').reduce((o, k) => o[k], this.api);
  }

  /** null, or what is wrong with ANSWER to METHOD PATH. */
  judge(method, path, answer) {
    const found = this.find(method, path);
    const type = (answer.headers['content-type'] ?? '').split(';')[0];
    if (!found) return [400, 401, 403, 404, 405].includes(answer.status) ? this.#schema('#/components/schemas/Problem', answer.json) : `no such operation, yet ${answer.status}`;
    const id = found.operation.operationId;
    this.called.set(id, (this.called.get(id) ?? new Set()).add(answer.status));
    let response = found.operation.responses[answer.status];
    if (!response) return `${answer.status} is not described`;
    if (response.$ref) response = this.#resolve(response.$ref);
    if (method === 'HEAD') return null;
    if (!response.content) return answer.text === '' ? null : 'a body where none is described';
    if (!response.content[type]) return `content type ${type} is not described`;
    // What is refused before there is a request (wire/http_fault.c, http/app.c) has not this field.
    if (!answer.headers['api-version'] && answer.json?.title !== 'Not accepted') return 'no API-Version';
    const schema = response.content[type].schema;
    if (type === 'text/event-stream') return null;
    return schema.$ref ? this.#schema(schema.$ref, answer.json) : null;
  }

  #schema(ref, value) {
    if (!this.compiled.has(ref)) this.compiled.set(ref, this.ajv.compile({ $ref: `api${ref}` }));
    const validate = this.compiled.get(ref);
    return validate(value) ? null : this.ajv.errorsText(validate.errors, { dataVar: '' }) + ` ${JSON.stringify(validate.errors[0].params)}`;
  }

  check(method, path, answer) {
    const wrong = this.judge(method, path, answer);
    const text = wrong && `${method} ${path.split('?')[0].replace(/\d+/g, '{id}')} → ${answer.status}: ${wrong}`;
    if (text && !this.faults.includes(text)) this.faults.push(text);
  }
}
