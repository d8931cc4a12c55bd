// What a team would build instead: Node, https with client certificates, mysql2, one transaction per request; the same
// requests, the same database server. Only a yardstick: it checks less and remembers less than the broker does.
//
//   node tests/bench/node_service.mjs PORT SOCKET CA CERT KEY      says 'ready', ends with its input
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import mysql from 'mysql2/promise';

const [port, socketPath, ca, cert, key] = process.argv.slice(2);
const pool = mysql.createPool({ socketPath, user: 'bench', password: 'bench', database: 'bench', connectionLimit: 32 });

async function take(idempotencyKey, reports) {
  const c = await pool.getConnection();
  try {
    await c.beginTransaction();
    const [known] = await c.execute('SELECT answer FROM answered WHERE id = ?', [idempotencyKey]);
    if (known.length > 0) {
      await c.rollback();
      return known[0].answer;
    }
    let applied = 0;
    for (const r of reports) {
      const at = new Date(r.observedAt).getTime();
      await c.execute('INSERT INTO report (id, pool, observed_at, units_total, units_free, deliverable) VALUES (?, ?, ?, ?, ?, ?)', [r.reportId, r.pool, at, r.unitsTotal, r.unitsFree, r.deliverable]);
      const [done] = await c.execute('UPDATE pool SET units_total = ?, units_free = ?, deliverable = ?, observed_at = ? WHERE code = ? AND observed_at <= ?', [r.unitsTotal, r.unitsFree, r.deliverable, at, r.pool, at]);
      applied += done.affectedRows;
    }
    const answer = JSON.stringify({ applied, late: reports.length - applied, unchanged: 0 });
    await c.execute('INSERT INTO answered (id, answer) VALUES (?, ?)', [idempotencyKey, answer]);
    await c.commit();
    return answer;
  } catch (error) {
    await c.rollback();
    throw error;
  } finally {
    c.release();
  }
}

const valid = r => typeof r.pool === 'string' && typeof r.reportId === 'string' && Number.isInteger(r.unitsFree) && r.unitsFree >= 0 && r.unitsFree <= r.unitsTotal && !Number.isNaN(Date.parse(r.observedAt));

const server = createServer({ ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key), requestCert: true, rejectUnauthorized: true }, async (request, response) => {
  const chunks = [];
  for await (const c of request) chunks.push(c);
  let status = 200, body;
  try {
    const { reports } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (!Array.isArray(reports) || !reports.every(valid)) throw new SyntaxError('a report');
    body = await take(request.headers['idempotency-key'], reports);
  } catch (error) {
    status = error instanceof SyntaxError ? 400 : 503;
    body = JSON.stringify({ title: error.message });
  }
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.stdin.resume().on('end', () => process.exit(0));
