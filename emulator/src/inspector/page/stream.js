// The stream of records. The browser opens it again by itself, from the last record that it got.

/** Calls `onRecord` with each record, `onMissed` with how many are gone, and `onState` with `live` or `connecting`. */
export function listen({ onRecord, onMissed, onState }) {
  const source = new EventSource('/_inspector/events');
  source.addEventListener('open', () => { onState('live'); });
  source.addEventListener('error', () => {
    onState('connecting');
    // Refused for good, as when another program has the port now.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => { listen({ onRecord, onMissed, onState }); }, 2000);
  });
  source.addEventListener('message', (event) => { onRecord(JSON.parse(event.data)); });
  source.addEventListener('missed', (event) => { onMissed(JSON.parse(event.data).missed); });
}
