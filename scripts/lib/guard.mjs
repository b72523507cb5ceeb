// Kills process groups when the program that started them is gone. A build that runs for minutes must not outlive a
// launcher that was killed: the guard reads group numbers from a pipe, and kills those groups when the pipe closes.
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => (text += chunk));
process.stdin.on('end', () => {
  for (const group of text.split('\n').filter(Boolean)) {
    try {
      process.kill(-Number(group), 'SIGKILL');
    } catch {
      // The group has ended by itself.
    }
  }
});
// Ctrl-C reaches the whole foreground group; the guard outlives it, to do its work.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
