// The timeline: a row for each record that is to be seen, the newest below, and no more rows than a browser bears.
import { byId, clockTime, dot, make, shortId } from './elements.js';
import { kindOf } from './records.js';

const MAX_ROWS = 400;
/** While somebody reads older rows nothing is taken away above them, up to here. */
const MAX_ROWS_WHILE_READING = 2000;
/** So near to the end counts as at the end (pixels). */
const NEAR = 24;

export class Timeline {
  rows = new Map();
  waiting = [];
  limit = MAX_ROWS;
  isPaused = false;
  isFollowing = true;
  selected;

  constructor(records, onSelect) {
    this.records = records;
    this.onSelect = onSelect;
    this.list = byId('timeline');
    this.scroller = byId('scroller');
    this.newest = byId('newest');
    this.scroller.addEventListener('scroll', () => { this.noteScrolling(); }, { passive: true });
    this.newest.addEventListener('click', () => { this.follow(); });
    byId('older').addEventListener('click', () => {
      this.limit += MAX_ROWS;
      this.isFollowing = false;
      this.render();
    });
    this.list.addEventListener('click', (event) => { this.choose(event.target.closest('.row')); });
    this.list.addEventListener('keydown', (event) => { this.walk(event); });
  }

  /** Takes a new record in; many at once are drawn together. */
  add(record) {
    if (this.records.isShown(record)) this.waiting.push(record);
    if (this.isPaused) this.tellWaiting();
    else this.drawSoon();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (isPaused) this.tellWaiting();
    else this.follow();
  }

  /** Draws everything anew, as when the filter has changed. */
  render() {
    const { shown, more } = this.records.shown(this.limit);
    this.waiting = [];
    this.rows.clear();
    this.list.replaceChildren(...shown.map((record) => this.row(record)));
    byId('older').hidden = !more;
    this.settle();
  }

  follow() {
    this.isFollowing = true;
    this.limit = MAX_ROWS;
    this.render();
  }

  drawSoon() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = undefined;
      if (!this.isPaused) this.draw();
    });
  }

  draw() {
    const records = this.waiting.splice(0).slice(-MAX_ROWS_WHILE_READING);
    const rows = document.createDocumentFragment();
    for (const record of records) rows.append(this.row(record));
    this.list.append(rows);
    const most = this.isFollowing ? this.limit : MAX_ROWS_WHILE_READING;
    while (this.list.childElementCount > most) {
      this.rows.delete(Number(this.list.firstElementChild.dataset.sequence));
      this.list.firstElementChild.remove();
      byId('older').hidden = false;
    }
    this.unread = this.isFollowing ? 0 : (this.unread ?? 0) + records.length;
    this.settle();
  }

  settle() {
    byId('nothing').hidden = this.list.childElementCount > 0;
    byId('nothing').textContent = this.records.all.length > 0
      ? 'Nothing of what happened matches the search and the filters.'
      : 'Nothing has happened yet: open a socket, and it shows here.';
    if (this.isFollowing) {
      this.unread = 0;
      this.scroller.scrollTop = this.scroller.scrollHeight;
    }
    this.tellWaiting();
  }

  noteScrolling() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    // A list that is not on show has no height.
    if (clientHeight === 0) return;
    this.isFollowing = scrollTop + clientHeight >= scrollHeight - NEAR;
    if (this.isFollowing) this.unread = 0;
    this.tellWaiting();
  }

  tellWaiting() {
    const count = this.isPaused ? this.waiting.length : this.unread ?? 0;
    this.newest.hidden = this.isPaused ? count === 0 : this.isFollowing;
    this.newest.textContent = count > 0 ? `${count} new ↓` : 'Newest ↓';
  }

  row(record) {
    const { mark, label, group } = kindOf(record);
    const run = record.facts?.find(([name]) => name === 'run')?.[1];
    const who = record.connection === undefined ? record.function ?? '' : shortId(record.connection);
    const button = make('button', { className: 'row', type: 'button', data: { group, kind: record.kind } },
      make('span', { className: 'time' }, clockTime(record.atMs)),
      make('span', { className: 'kind' }, make('span', { className: 'mark', aria: { hidden: 'true' } }, mark), label),
      make('span', { className: 'who' }, record.connection === undefined ? undefined : dot(record.connection), who),
      make('span', { className: 'summary' }, summaryOf(record)),
      make('span', { className: 'figure' }, run ?? (record.content && record.kind.startsWith('frame') ? `${record.content.bytes} B` : '')),
    );
    button.classList.toggle('failed', record.failed);
    button.setAttribute('aria-pressed', String(record === this.selected));
    const row = make('li', { data: { sequence: record.sequence, testid: 'record' } }, button);
    this.rows.set(record.sequence, { record, button });
    return row;
  }

  choose(button) {
    const row = button?.closest('li');
    const found = row && this.rows.get(Number(row.dataset.sequence));
    if (found) this.select(found.record);
  }

  select(record) {
    this.rows.get(this.selected?.sequence)?.button.setAttribute('aria-pressed', 'false');
    this.selected = record;
    this.rows.get(record?.sequence)?.button.setAttribute('aria-pressed', 'true');
    this.onSelect(record);
  }

  focusSelected() {
    this.rows.get(this.selected?.sequence)?.button.focus();
  }

  /** Arrows walk from row to row. */
  walk(event) {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    const row = step && event.target.closest('li')?.[step];
    if (!row) return;
    event.preventDefault();
    row.firstElementChild.focus();
  }
}

/** A function's name belongs to what it does, where the row is about a connection; of a line in JSON its message says most. */
function summaryOf(record) {
  if (record.kind === 'log') return messageOf(record.content?.text) ?? record.summary;
  const isOfFunction = record.connection !== undefined && record.function !== undefined;
  return isOfFunction ? `${record.function} · ${record.summary}` : record.summary;
}

function messageOf(line = '') {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, message, fields, ...others } = JSON.parse(line);
    delete others.timestamp;
    const text = message ?? fields?.message;
    return typeof text === 'string' ? [level, text, JSON.stringify(fields ?? others)].filter(Boolean).join(' ') : undefined;
  } catch {
    return undefined;
  }
}
