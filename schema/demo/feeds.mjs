// The files that three demo providers deliver to the adapter, as templates: @OBSERVED_AT@ is filled in when they are
// dropped (feeds/stamp), because a count of last year would lose from the counts the demo is loaded with.
// A pool is called by its code; one follow-on unit more is free than at loading, so that a delivered file is seen.

const STAMP = '@OBSERVED_AT@';
const xml = s => String(s).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Counts of one organisation, by location. */
function countsOf(demo, code) {
  const org = demo.organisations.find(o => o.code === code).id;
  return demo.locations.filter(l => l.organisation === org).map(location => ({
    location,
    rows: demo.pools.filter(p => p.location === location.id).map(pool => {
      const o = demo.observations[pool.id - 1];
      const freed = pool.kind === 'vervolg' && o.units_occupied > 0 ? 1 : 0;
      return {
        pool, total: o.units_total, free: o.units_free + freed, occupied: o.units_occupied - freed,
        outOfOrder: o.units_out_of_order, deliverable: o.deliverable,
      };
    }),
  }));
}

/** OASIS EDXL-HAVE 1.0. It has no count for out of order; those are in neither number. */
function have(demo, code) {
  const bed = r => `      <have:BedCapacity>
        <have:SubCategoryBedType>${xml(r.pool.code)}</have:SubCategoryBedType>
        <have:Capacity>
          <have:CapacityStatus>${r.free && r.deliverable ? 'Vacant/Available' : 'NotAvailable'}</have:CapacityStatus>
          <have:AvailableCount>${r.deliverable ? r.free : 0}</have:AvailableCount>
          <have:BaselineCount>${r.total}</have:BaselineCount>
        </have:Capacity>
      </have:BedCapacity>`;
  const hospital = ({ location, rows }) => `  <have:Hospital>
    <have:Organization>
      <have:OrganizationInformation>
        <xnl:OrganisationName><xnl:NameElement>${xml(location.name)}</xnl:NameElement></xnl:OrganisationName>
      </have:OrganizationInformation>
    </have:Organization>
    <have:HospitalBedCapacityStatus>
${rows.map(bed).join('\n')}
    </have:HospitalBedCapacityStatus>
    <have:LastUpdateTime>${STAMP}</have:LastUpdateTime>
  </have:Hospital>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<have:HospitalStatus xmlns:have="urn:oasis:names:tc:emergency:EDXL:HAVE:1.0" xmlns:xnl="urn:oasis:names:tc:ciq:xnl:3">
${countsOf(demo, code).map(hospital).join('\n')}
</have:HospitalStatus>
`;
}

/** What a Dutch registration package exports: semicolons and Dutch headings. */
function csv(demo, code) {
  const rows = countsOf(demo, code).flatMap(({ location, rows }) => rows.map(r =>
    [location.name, r.pool.code, r.pool.name, r.total, r.occupied, r.free, r.outOfOrder, r.deliverable ? 'ja' : 'nee', STAMP].join(';')));
  return ['Locatie;Plekcode;Omschrijving;Kamers;Bezet;Vrij;Buiten gebruik;Personeel;Peilmoment', ...rows].join('\n') + '\n';
}

/** Our own XML, schema/feeds/opvang.xsd. */
function opvang(demo, code) {
  const plek = r => `    <plek code="${xml(r.pool.code)}">
      <totaal>${r.total}</totaal>
      <vrij>${r.free}</vrij>
      <bezet>${r.occupied}</bezet>
      <buiten_gebruik>${r.outOfOrder}</buiten_gebruik>
      <leverbaar>${r.deliverable ? 'ja' : 'nee'}</leverbaar>
    </plek>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<capaciteit xmlns="urn:veiligeplek:opvang:1">
  <bronId>demo</bronId>
  <peilmoment>${STAMP}</peilmoment>
  <plekken>
${countsOf(demo, code).flatMap(({ rows }) => rows.map(plek)).join('\n')}
  </plekken>
</capaciteit>
`;
}

/** @returns {Record<string,string>} file name under feeds/ -> text */
export function feeds(demo) {
  return {
    'lindehof-groep.opvang.xml.in': opvang(demo, 'lindehof-groep'),
    'de-wulp.have.xml.in': have(demo, 'de-wulp'),
    'havenlicht.csv.in': csv(demo, 'havenlicht'),
  };
}
