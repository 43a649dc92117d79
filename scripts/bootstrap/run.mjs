// Runs one program in the foreground, as if it replaced this process.
import { spawn } from 'node:child_process';

/**
 * Resolves to the exit code. Signals are passed on to the child, and this process waits. If a signal kills the child,
 * this process ends by the same signal.
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
  // Ctrl-C on a terminal reaches the whole process group, including the child. Passing it on would count as a second
  // Ctrl-C.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let signalled = false;
  let last = 0;
  const interrupt = () => {
    signalled = true;
    // npm repeats a signal that its process group has already received.
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

  // SIGKILL cannot be passed on. If npm was killed, its child ends too.
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
