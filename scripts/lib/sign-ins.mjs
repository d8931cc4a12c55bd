// One demo sign-in per role, from the demo's own file.
//
//   node scripts/lib/sign-ins.mjs FILE
import { readFileSync } from 'node:fs';

const demo = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const house = new Map(demo.organisations.map((o) => [o.id, o.name]));
const roles = {
  referrer: 'Veilig Thuis worker',
  shelter: 'shelter (phone)',
  comensha: 'CoMensha',
  municipality: 'municipality',
  gatekeeper: 'gatekeeper of a municipality',
  rapporteur: 'rapporteur',
  org_admin: 'administrator of a house',
  exchange_admin: 'administrator of the exchange',
};
for (const [role, title] of Object.entries(roles)) {
  const account = demo.accounts.find((a) => a.role === role);
  if (account) console.log(`  ${title.padEnd(30)} ${account.username.padEnd(24)} ${house.get(account.organisation) ?? ''}`);
}
