// Everything that is known of one record.
import { byId, clockTime, dot, make } from './elements.js';
import { kindOf } from './records.js';

/** Longer texts are not laid out as JSON (characters). */
const MAX_LAID_OUT = 64 * 1024;
/** Pieces of JSON: a string, with a colon behind it if it is a name; a number or a word. */
const PIECES = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;

export class Details {
  constructor(records, { onClose, onSelect, onConnection }) {
    Object.assign(this, { records, onClose, onSelect, onConnection });
    this.panel = byId('details');
  }

  show(record) {
    this.panel.hidden = record === undefined;
    if (record === undefined) return;
    const { mark, label, group } = kindOf(record);
    this.panel.replaceChildren(
      make('header', {},
        make('h2', { data: { group } }, make('span', { className: 'mark', aria: { hidden: 'true' } }, mark), label),
        make('time', {}, clockTime(record.atMs)),
        make('button', { type: 'button', className: 'close', aria: { label: 'Close details' }, onclick: () => { this.onClose(); } }, '✕')),
      make('p', { className: record.failed ? 'headline failed' : 'headline' }, record.summary),
      this.facts(record),
      ...this.content(record),
      ...this.related(record),
    );
    this.panel.scrollTop = 0;
  }

  facts(record) {
    const list = make('dl');
    const add = (name, ...value) => { list.append(make('dt', {}, name), make('dd', {}, ...value)); };
    if (record.connection !== undefined) {
      add('connection', dot(record.connection), record.connection, make('button', {
        type: 'button', className: 'small', onclick: () => { this.onConnection(record.connection); },
      }, 'only this one'));
    }
    if (record.api !== undefined) add('API / stage', `${record.api} / ${record.stage}`);
    if (record.function !== undefined) add('function', record.function);
    if (record.request !== undefined) add('request id', record.request);
    for (const [name, value] of record.facts ?? []) add(name, value);
    return list;
  }

  content({ content }) {
    if (content === undefined) return [];
    const size = content.cut ? `the first part of ${content.bytes.toLocaleString('en')} bytes` : `${content.bytes.toLocaleString('en')} bytes`;
    const body = bodyOf(content.text);
    return [
      ...(body === undefined ? [] : [make('h3', {}, 'Body'), make('pre', { tabIndex: 0, aria: { label: 'Body' } }, ...laidOut(body))]),
      make('h3', {}, 'Content ', make('span', { className: 'count' }, size)),
      make('pre', { tabIndex: 0, aria: { label: 'Content' } }, ...laidOut(content.text)),
    ];
  }

  related(record) {
    const related = this.records.related(record);
    if (related.length === 0) return [];
    return [
      make('h3', {}, 'Same invocation'),
      make('ul', { className: 'related' }, ...related.map((other) => make('li', {}, make('button', {
        type: 'button', onclick: () => { this.onSelect(other); },
      }, make('span', { className: 'mark' }, kindOf(other).mark), other.summary)))),
    ];
  }
}

/** JSON over several lines and in colours; anything else as it is. */
function laidOut(text) {
  const pretty = text.length > MAX_LAID_OUT ? undefined : prettyJson(text);
  if (pretty === undefined) return [text];
  const pieces = [];
  let end = 0;
  for (const { 0: whole, 1: string, 2: colon, index } of pretty.matchAll(PIECES)) {
    const kind = string === undefined ? 'value' : colon === undefined ? 'string' : 'name';
    pieces.push(pretty.slice(end, index), make('span', { className: kind }, string ?? whole), colon ?? '');
    end = index + whole.length;
  }
  return [...pieces, pretty.slice(end)];
}

/** The JSON in the `body` of an event or an answer. */
function bodyOf(text) {
  try {
    const { body } = JSON.parse(text);
    return typeof body === 'string' && prettyJson(body) !== undefined ? body : undefined;
  } catch {
    return undefined;
  }
}

function prettyJson(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : undefined;
  } catch {
    return undefined;
  }
}
