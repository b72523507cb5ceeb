// The page: puts stream, records and views together, and keeps what a person has chosen.
import { Connections } from './connections.js';
import { Details } from './details.js';
import { byId, make } from './elements.js';
import { Faults } from './faults.js';
import { GROUPS, Records } from './records.js';
import { listen } from './stream.js';
import { Timeline } from './timeline.js';

/** From here on as many as fit stand beside each other; the same number is in the style sheet. */
const IS_WIDE = window.matchMedia('(min-width: 780px)');

const records = new Records();
const timeline = new Timeline(records, (record) => {
  if (record !== undefined) faults.close();
  details.show(record);
});
const faults = new Faults(() => { timeline.select(undefined); });
const connections = new Connections((id) => {
  records.connection = id;
  timeline.follow();
  if (id !== undefined && !IS_WIDE.matches) show('timeline');
  tellFilter();
});
const details = new Details(records, {
  onClose: closeDetails,
  onSelect: (record) => { timeline.select(record); },
  onConnection: (id) => {
    if (!IS_WIDE.matches) closeDetails();
    connections.choose(id);
  },
});

listen({
  onRecord: (record) => {
    records.add(record);
    timeline.add(record);
    connections.refresh();
    if (record.kind === 'fault') faults.refresh();
  },
  onMissed: (count) => {
    const record = { kind: 'missed', sequence: -records.all.length, atMs: Date.now(), summary: `${count} records came too fast to be kept`, failed: true };
    records.add(record);
    timeline.add(record);
  },
  onState: (state) => {
    byId('live').textContent = state;
    byId('live').dataset.state = state;
    if (state !== 'live') return;
    connections.refresh();
    faults.refresh();
  },
});

function closeDetails() {
  timeline.focusSelected();
  timeline.select(undefined);
}

/** Which of the views a narrow window shows. */
function show(view) {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll('.tabs button')) {
    if (tab.dataset.view === view) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  if (view === 'timeline') timeline.settle();
}

function addFilters() {
  const chip = (label, isOn, change) => {
    const button = make('button', { type: 'button', className: 'chip', data: { group: label }, aria: { pressed: String(isOn) } }, label);
    button.addEventListener('click', () => {
      const next = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(next));
      change(next);
      timeline.follow();
    });
    return button;
  };
  byId('filters').append(
    ...GROUPS.filter(({ name }) => name !== 'Stream').map(({ name }) => chip(name, true, (isOn) => {
      if (isOn) records.hiddenGroups.delete(name);
      else records.hiddenGroups.add(name);
    })),
    chip('Failures only', false, (isOn) => { records.failedOnly = isOn; }),
    make('button', { type: 'button', id: 'one-connection', className: 'chip one', hidden: true, onclick: () => { connections.choose(undefined); } }),
  );
}

/** Says that only one connection is shown, where the list of them is not to be seen. */
function tellFilter() {
  const chip = byId('one-connection');
  chip.hidden = records.connection === undefined;
  chip.textContent = `only ${records.connection ?? ''} ✕`;
  chip.setAttribute('aria-label', `Show all connections, not only ${records.connection ?? ''}`);
}

function listenToPerson() {
  byId('search').addEventListener('input', (event) => {
    records.search(event.target.value);
    connections.search(records.words);
    timeline.follow();
  });
  byId('pause').addEventListener('click', () => {
    const isPaused = byId('pause').getAttribute('aria-pressed') !== 'true';
    byId('pause').setAttribute('aria-pressed', String(isPaused));
    byId('pause').textContent = isPaused ? 'Resume' : 'Pause';
    timeline.pause(isPaused);
  });
  byId('clear').addEventListener('click', () => {
    records.clear();
    timeline.select(undefined);
    timeline.follow();
  });
  document.querySelector('.tabs').addEventListener('click', (event) => {
    const view = event.target.closest('button')?.dataset.view;
    if (view !== undefined) show(view);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      faults.close();
      closeDetails();
    } else if (event.key === '/' && !['INPUT', 'SELECT'].includes(event.target.tagName)) {
      event.preventDefault();
      byId('search').focus();
    }
  });
}

addFilters();
listenToPerson();
