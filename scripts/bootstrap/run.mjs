// Runs one program in the foreground as if it had been started in this process's place.
import { spawn } from 'node:child_process';

/**
 * Resolves to the exit code. Signals are the child's to answer: they are passed on and this process waits. When
 * a signal kills the child, this process dies of the same one.
 */
export function run(file, args, options = {}) {
  const child = spawn(file, args, { stdio: 'inherit', ...options });
  const release = passSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      release();
      reject(new Error(`cannot run ${file}: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      release();
      if (signal) process.kill(process.pid, signal);
      else resolve(code);
    });
  });
}

function passSignals(child) {
  // Ctrl-C on a terminal reaches the whole process group, the child included: sending it again would look like
  // an impatient second Ctrl-C.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let signalled = false;
  let last = 0;
  const interrupt = () => {
    signalled = true;
    // npm repeats a signal that its group has already had.
    const now = Date.now();
    if (!terminal && now - last > 1000) child.kill('SIGINT');
    last = now;
  };
  const pass = (signal) => {
    signalled = true;
    child.kill(signal);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);

  // Where npm alone was killed (SIGKILL cannot be passed on), its work ends too.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (!signalled && process.ppid !== parent) child.kill('SIGKILL');
  }, 250);
  watch.unref();

  return () => {
    clearInterval(watch);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  };
}
