// The connections: who is there, since when, and what was last heard of them. Choosing one shows its records alone.
import { byId, clockTime, dot, make, shortId, span, throttled } from './elements.js';

const MAX_SHOWN = 100;

export class Connections {
  seen = [];
  there = 0;
  chosen;

  constructor(onChoose) {
    this.onChoose = onChoose;
    this.list = byId('connections');
    this.refresh = throttled(700, () => { void this.load(); });
    this.words = [];
    this.list.addEventListener('click', (event) => {
      const id = event.target.closest('button')?.dataset.connection;
      if (id !== undefined) this.choose(id === this.chosen || id === '' ? undefined : id);
    });
    setInterval(() => { this.tellAges(); }, 1000);
    void this.load();
  }

  async load() {
    try {
      const answer = await fetch('/_inspector/connections');
      if (!answer.ok) return;
      const { connections, there } = await answer.json();
      this.seen = connections;
      this.there = there;
      this.render();
    } catch {
      // The stack is gone; the stream says so, and asks again.
    }
  }

  search(words) {
    this.words = words;
    this.render();
  }

  choose(id) {
    this.chosen = id;
    this.render();
    this.onChoose(id);
  }

  render() {
    const matching = this.seen.filter((seen) => seen.id === this.chosen || this.matches(seen));
    // A search that is about something else than connections does not empty the list.
    const found = matching.length > 0 ? matching : this.seen;
    const focused = document.activeElement?.dataset?.connection;
    this.list.replaceChildren(this.everyone(), ...found.slice(0, MAX_SHOWN).map((seen) => this.item(seen)));
    if (focused !== undefined) [...this.list.querySelectorAll('button')].find((button) => button.dataset.connection === focused)?.focus();
    byId('count').textContent = byId('tab-count').textContent = String(this.there);
    const hidden = found.length - MAX_SHOWN;
    byId('connections-note').hidden = hidden <= 0;
    byId('connections-note').textContent = `${hidden} more: search by id, user or stage to find one.`;
    this.tellAges();
  }

  matches({ id, principal, name, api, stage, state }) {
    const text = [id, principal, name, api, stage, state].join('\n').toLowerCase();
    return this.words.every((word) => text.includes(word));
  }

  everyone() {
    return make('li', {}, make('button', { type: 'button', className: 'everyone', data: { connection: '' }, aria: { pressed: String(this.chosen === undefined) } }, 'All traffic'));
  }

  item(seen) {
    const who = seen.name ?? seen.principal;
    const button = make('button', { type: 'button', className: 'connection', title: seen.id, data: { connection: seen.id, testid: 'connection' }, aria: { pressed: String(seen.id === this.chosen) } },
      make('span', { className: 'line' },
        dot(seen.id),
        make('span', { className: who === undefined || who === null ? 'who nobody' : 'who' }, who ?? 'no principal'),
        make('span', { className: `state ${seen.state}` }, seen.state)),
      make('span', { className: 'line faint' },
        make('code', {}, shortId(seen.id)),
        make('span', { className: 'stage' }, `${seen.api ?? ''}/${seen.stage ?? ''}`),
        make('span', { className: 'frames', title: 'frames in, frames out' }, `↓${seen.framesIn} ↑${seen.framesOut}`)),
      make('span', { className: 'line faint' },
        make('span', {}, `since ${clockTime(seen.sinceMs).slice(0, 8)}`),
        make('span', { className: 'age', data: { since: seen.lastActiveMs } })),
      seen.ending ? make('span', { className: 'line faint ending' }, seen.ending) : undefined);
    return make('li', {}, button);
  }

  tellAges() {
    const now = Date.now();
    for (const age of this.list.querySelectorAll('.age')) age.textContent = `active ${span(now - Number(age.dataset.since))} ago`;
  }
}
