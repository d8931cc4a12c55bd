// The server's own table of routes, read from its source: the only list of what it answers.
import { readFileSync } from 'node:fs';

const source = new URL('../../broker/http/route_table.c', import.meta.url);
const header = new URL('../../broker/http/route.h', import.meta.url);

/** [{ method, path, auth, write, name }] in the order of the table; path as the table writes it. */
export function routesOf(text = readFileSync(source, 'utf8')) {
  const table = /static const struct route routes\[\] = \{([\s\S]*?)\n\};/.exec(text)[1];
  const routes = [];
  const rows = /\b(GET_|WRITE_|SEARCH_|BATCH_)\("([^"]+)", (AUTH_\w+),(?: \w+,)? (\w+)\)|\{HTTP_METHOD_(\w+), "([^"]+)", (AUTH_\w+), (true|false), (?:true|false), (?:true|false), \w+, (\w+)\}/g;
  for (const m of table.matchAll(rows)) {
    if (m[1]) routes.push({ method: m[1] === 'GET_' ? 'GET' : 'POST', path: m[2], auth: m[3], write: m[1] === 'WRITE_' || m[1] === 'BATCH_', name: m[4] });
    else routes.push({ method: m[5], path: m[6], auth: m[7], write: m[8] === 'true', name: m[9] });
  }
  return routes;
}

/** Names of all handlers that the header declares: a row that the expression above did not understand is noticed. */
export const handlersOf = () => [...readFileSync(header, 'utf8').matchAll(/\bapi_\w+(?=[,;])/g)].map(m => m[0]);
