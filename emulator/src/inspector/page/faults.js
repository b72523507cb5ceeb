// What shall go wrong: the plan in force as a list that can be changed, and how often each kind has struck.
import { byId, make, throttled } from './elements.js';

const ADDRESS = '/_inspector/faults';
/** How often a fault strikes, as it can be chosen here; a plan from a file may say anything. */
const CHANCES = new Map([[1, 'always'], [0.5, '1 in 2'], [0.1, '1 in 10'], [0.01, '1 in 100']]);

export class Faults {
  plan = { faults: [], clockOffsetMs: 0 };
  struck = {};
  kinds = new Map();

  constructor(onOpen) {
    this.onOpen = onOpen;
    this.panel = byId('faults');
    this.opener = byId('open-faults');
    this.refresh = throttled(300, () => { void this.ask(); });
    this.opener.addEventListener('click', () => { if (this.panel.hidden) this.open(); else this.close(); });
    byId('close-faults').addEventListener('click', () => { this.close(); });
    byId('add-fault').elements.kind.addEventListener('change', () => { this.describe(); });
    byId('add-fault').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.put({ faults: [...this.plan.faults, { kind: event.target.elements.kind.value }] });
    });
    byId('set-clock').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.put({ clockOffsetMs: event.target.elements.ms.valueAsNumber });
    });
    byId('end-faults').addEventListener('click', () => { void this.put({ faults: [], clockOffsetMs: 0 }); });
  }

  open() {
    this.onOpen();
    this.setOpen(true);
    this.panel.focus();
    void this.ask();
  }

  close() {
    if (this.panel.hidden) return;
    if (this.panel.contains(document.activeElement)) this.opener.focus();
    this.setOpen(false);
  }

  setOpen(isOpen) {
    this.panel.hidden = !isOpen;
    this.opener.setAttribute('aria-expanded', String(isOpen));
  }

  ask() {
    return this.take(fetch(ADDRESS));
  }

  /** Puts the plan with these changes in force. */
  put(changes) {
    return this.take(fetch(ADDRESS, { method: 'PUT', body: JSON.stringify({ ...this.plan, ...changes }) }));
  }

  async take(asking) {
    try {
      const asked = await asking;
      const answer = await asked.json();
      this.tellProblem(asked.ok ? undefined : answer.message);
      if (asked.ok) this.show(answer);
    } catch {
      this.tellProblem('The stack does not answer.');
    }
  }

  tellProblem(message) {
    byId('faults-problem').hidden = message === undefined;
    byId('faults-problem').textContent = message ?? '';
  }

  show({ plan, struck, kinds }) {
    Object.assign(this, { plan, struck });
    if (this.kinds.size === 0) this.offer(kinds);
    byId('faults-count').textContent = plan.faults.length === 0 ? '' : String(plan.faults.length);
    this.opener.classList.toggle('armed', plan.faults.length > 0 || plan.clockOffsetMs !== 0);
    byId('faults-seed').textContent = plan.seed === null ? '' : `seed ${plan.seed}`;
    const ms = byId('set-clock').elements.ms;
    if (document.activeElement !== ms) ms.value = plan.clockOffsetMs;
    this.render();
  }

  /** Fills the list to choose from. */
  offer(kinds) {
    this.kinds = new Map(kinds.map((choice) => [choice.kind, choice]));
    const groups = Map.groupBy(kinds, ({ kind }) => kind.split('.')[0]);
    byId('add-fault').elements.kind.append(...[...groups].map(([label, choices]) =>
      make('optgroup', { label }, ...choices.map(({ kind }) => make('option', { value: kind }, kind)))));
    this.describe();
  }

  describe() {
    byId('fault-what').textContent = this.kinds.get(byId('add-fault').elements.kind.value)?.what ?? '';
  }

  /** Draws the list, and leaves the focus where it is. */
  render() {
    const focused = document.activeElement?.id;
    byId('fault-list').replaceChildren(...this.plan.faults.map((fault, index) => this.item(fault, index)));
    if (focused !== undefined && focused !== '') byId(focused)?.focus();
  }

  item(fault, index) {
    const { what, key, subjects, delayMs, items } = this.kinds.get(fault.kind) ?? {};
    const change = (changes) => { void this.put({ faults: this.plan.faults.map((other, place) => (place === index ? { ...other, ...changes } : other)) }); };
    const remove = () => { void this.put({ faults: this.plan.faults.filter((_, place) => place !== index) }); };
    const id = (name) => `fault-${index}-${name}`;
    const struck = this.struck[fault.kind] ?? 0;
    return make('li', { data: { testid: 'fault' } },
      make('p', { className: 'line' }, make('code', {}, fault.kind), make('span', { className: 'count' }, `struck ${struck}×`),
        make('button', { type: 'button', id: id('remove'), className: 'small', aria: { label: `Remove ${fault.kind}` }, onclick: remove }, 'Remove')),
      make('p', { className: 'faint' }, what ?? '', bounds(fault)),
      make('div', { className: 'choices' },
        select(id('chance'), `How often ${fault.kind} strikes`, chances(fault.probability), fault.probability, (value) => { change({ probability: Number(value) }); }),
        key === undefined ? undefined : select(id('subject'), `At which ${key} ${fault.kind} strikes`, [['', `any ${key}`], ...subjects.map((name) => [name, name])], fault[key] ?? '',
          (value) => { change({ [key]: value === '' ? undefined : value }); }),
        delayMs === undefined ? undefined : number(id('delay'), 'ms late', fault.delayMs ?? delayMs, (value) => { change({ delayMs: value }); }),
        items === undefined ? undefined : number(id('items'), 'items', fault.items ?? items, (value) => { change({ items: value }); })));
  }
}

/** What a plan from a file says beyond what is changed here. */
function bounds({ skip, times }) {
  const after = skip > 0 ? `, after the first ${skip}` : '';
  return times === undefined ? after : `${after}, at most ${times}×`;
}

function chances(probability) {
  return CHANCES.has(probability) ? [...CHANCES] : [...CHANCES, [probability, `${probability * 100} %`]];
}

function select(id, label, options, value, onChange) {
  const element = make('select', { id, aria: { label }, onchange: () => { onChange(element.value); } },
    ...options.map(([option, text]) => make('option', { value: option }, text)));
  element.value = value;
  return element;
}

function number(id, unit, value, onChange) {
  const input = make('input', { id, type: 'number', min: 0, step: 1, value, onchange: () => { if (input.validity.valid) onChange(input.valueAsNumber); } });
  return make('label', {}, input, ` ${unit}`);
}
