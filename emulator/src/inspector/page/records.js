// What the page knows: the last records, what of them is to be seen, and what each kind is called.

const MAX_RECORDS = 10_000;

/** The kinds in groups, as they are switched. `mark` stands before a row. */
export const GROUPS = [
  { name: 'Frames', kinds: { 'frame-in': ['↓', 'in'], 'frame-out': ['↑', 'out'] } },
  { name: 'Functions', kinds: { event: ['→', 'event'], answer: ['←', 'answer'] } },
  { name: 'Authorizer', kinds: { authorizer: ['⚿', 'authorizer'] } },
  { name: 'Connections', kinds: { handshake: ['⇢', 'handshake'], opened: ['●', 'open'], refused: ['✕', 'refused'], closed: ['○', 'closed'] } },
  { name: '@connections', kinds: { management: ['@', 'call'] } },
  { name: 'Logs', kinds: { log: ['≡', 'log'] } },
  { name: 'Faults', kinds: { fault: ['ϟ', 'fault'] } },
  { name: 'Stream', kinds: { missed: ['…', 'missed'] } },
];

const KINDS = Object.fromEntries(GROUPS.flatMap(({ name, kinds }) =>
  Object.entries(kinds).map(([kind, [mark, label]]) => [kind, { group: name, mark, label }])));

export const kindOf = (record) => KINDS[record.kind] ?? { group: '', mark: '?', label: record.kind };

/** Records and the filter that they are seen through. */
export class Records {
  all = [];
  hiddenGroups = new Set();
  failedOnly = false;
  connection;
  words = [];

  add(record) {
    this.all.push(record);
    // Seldom, since it moves everything.
    if (this.all.length > MAX_RECORDS * 1.2) this.all.splice(0, this.all.length - MAX_RECORDS);
  }

  clear() {
    this.all = [];
  }

  search(text) {
    this.words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  }

  isShown(record) {
    if (this.hiddenGroups.has(kindOf(record).group)) return false;
    if (this.failedOnly && !record.failed) return false;
    if (this.connection !== undefined && record.connection !== this.connection) return false;
    return this.words.every((word) => textOf(record).includes(word));
  }

  /** The newest `limit` that are to be seen, the oldest first, and whether there are more. */
  shown(limit) {
    const shown = [];
    for (let index = this.all.length - 1; index >= 0; index -= 1) {
      if (!this.isShown(this.all[index])) continue;
      if (shown.length === limit) return { shown: shown.reverse(), more: true };
      shown.push(this.all[index]);
    }
    return { shown: shown.reverse(), more: false };
  }

  /** Those of the same invocation. */
  related(record) {
    return record.request === undefined ? [] : this.all.filter((other) => other !== record && other.request === record.request);
  }
}

const texts = new WeakMap();

/** Everything of a record that can be searched, in lower case. */
function textOf(record) {
  let text = texts.get(record);
  if (text === undefined) {
    const { kind, summary, content, connection, request, function: name, api, stage, facts = [] } = record;
    text = [kind, kindOf(record).label, summary, content?.text, connection, request, name, api, stage, ...facts.flat()].join('\n').toLowerCase();
    texts.set(record, text);
  }
  return text;
}
