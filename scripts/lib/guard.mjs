// Kills process groups when the program that started them is gone. A build that runs for minutes must not outlive a
// launcher that was killed: the guard reads group numbers from a pipe, `+` when one begins and `-` when it has ended,
// and kills those that are left when the pipe closes.
import { createInterface } from 'node:readline';

const groups = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(group);
  else groups.delete(group);
}
for (const group of groups) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
}
