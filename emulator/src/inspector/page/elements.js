// Elements and words that the parts of the page have in common. Text is only ever text here: nothing is read as markup.

/** Makes an element: properties by name, `data` and `aria` as maps, then children, strings among them. */
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** `12:34:56.789`, where the person is. */
export function clockTime(ms) {
  const at = new Date(ms);
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** `3 s`, `12 min`, `2 h`. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A connection's id without its padding, short enough to compare by eye. */
export const shortId = (id) => id.slice(0, 6);

/** A dot in the connection's own colour. */
export function dot(id) {
  const mark = make('span', { className: 'dot' });
  // FNV-1a: ids that differ little get colours that differ.
  let hash = 2166136261;
  for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  mark.style.setProperty('--hue', String(hash % 360));
  return mark;
}

/** Runs `work` soon, and once however often it is asked for within `ms`. */
export function throttled(ms, work) {
  let timer;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, ms);
  };
}
