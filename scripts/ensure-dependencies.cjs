'use strict';
// Runs before every npm script: installs the dependencies when node_modules is not what package-lock.json says.
// Whatever Node a machine has runs this file, so it has no dependencies and no syntax newer than Node 12.
// Everything it says goes to stderr; stdout belongs to the command that follows.

// biome-ignore-start lint/style/useNodejsImportProtocol: a Node too old to be used does not know it
const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
// biome-ignore-end lint/style/useNodejsImportProtocol: see above

const ROOT = path.resolve(__dirname, '..');
const MODULES = path.join(ROOT, 'node_modules');
const LOCK = path.join(ROOT, '.install-lock');
const OWN_NODE = path.join(MODULES, '.bin', 'node');

/** What npm itself needs. */
const OLDEST_FOR_INSTALL = [20, 0];
/** The first Node that runs TypeScript without a flag. */
const OLDEST_FOR_SCRIPTS = [22, 18];

const NETWORK_ERROR =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;
const KNOWN_FAILURES = [
  [
    NETWORK_ERROR,
    'The dependencies are not installed yet and the npm registry cannot be reached: connect to the network and run the command again.',
  ],
  [
    /\bENOSPC\b/,
    'The dependencies need about 500 MB and the disk is full: make room and run the command again.',
  ],
  [/\b(EACCES|EPERM|EROFS)\b/, `The dependencies cannot be installed: ${ROOT} may not be written to.`],
];

main();

function main() {
  if (isOlder(process.versions.node, OLDEST_FOR_INSTALL)) {
    fail(
      `Tributary needs Node 20 or newer to install and this is ${process.version}: see https://nodejs.org.`,
    );
  } else if (isInstalled()) {
    checkNodeForScripts();
  } else {
    withLock((release) => {
      // Whoever held the lock before may have done the work.
      if (isInstalled()) {
        release();
        checkNodeForScripts();
        return;
      }
      install((failure) => {
        release();
        if (failure) fail(failure);
        else checkNodeForScripts();
      });
    });
  }
}

/**
 * Whether node_modules holds what the lock file asks for on this platform, by npm's own record of what it put there.
 * npm writes that record last, so an installation that was broken off has none.
 */
function isInstalled() {
  const wanted = readPackages(path.join(ROOT, 'package-lock.json'));
  const present = readPackages(path.join(MODULES, '.package-lock.json'));
  if (!wanted || !present) return false;
  const unexpected = Object.keys(present).some((name) => !wanted[name]);
  if (unexpected) return false;
  return Object.keys(wanted).every((name) => {
    if (name === '') return true;
    if (!present[name]) return !isForThisPlatform(wanted[name]);
    return (
      present[name].version === wanted[name].version && present[name].integrity === wanted[name].integrity
    );
  });
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Optional packages are left out on a platform they are not made for; which C library it has cannot be told here. */
function isForThisPlatform(entry) {
  if (!entry.optional && !entry.devOptional) return true;
  if (!entry.os || !entry.cpu || entry.libc || entry.peer) return false;
  return entry.os.indexOf(process.platform) >= 0 && entry.cpu.indexOf(process.arch) >= 0;
}

function install(done) {
  tell('Installing the dependencies (npm ci, about 500 MB) ...');
  const options = [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
    // NODE_ENV=production would leave out wrangler.
    '--include=dev',
    '--include=optional',
    // npm's own waits add up to more than a minute before it says that there is no network.
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ];
  const child = spawnNpm(options);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-20000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  child.on('error', (error) => {
    done(`npm cannot be run: ${error.message}.`);
  });
  child.on('close', (code, signal) => {
    if (code === 0) done();
    else if (signal || code > 128) done('The installation was stopped.');
    else done(describeFailure(output));
  });
}

/**
 * The npm that runs this script, under the Node it runs on: a plain `npm` would be run by node_modules/.bin/node,
 * which `npm ci` deletes.
 */
function spawnNpm(options) {
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const settings = { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] };
  // Under yarn or pnpm the variable names that program.
  if (npm && node && /\bnpm-cli\.[cm]?js$/.test(npm))
    return childProcess.spawn(node, [npm].concat(options), settings);
  return childProcess.spawn('npm', options, Object.assign({ shell: process.platform === 'win32' }, settings));
}

function describeFailure(output) {
  const known = KNOWN_FAILURES.find((row) => row[0].test(output));
  return known
    ? known[1]
    : `${output.trim()}\nThe dependencies cannot be installed: npm ci failed as shown above.`;
}

/** Says it when the Node that npm scripts find first, our own or this one, is too old to run them. */
function checkNodeForScripts() {
  const own = ownNodeVersion();
  const version = own || process.versions.node;
  if (!isOlder(version, OLDEST_FOR_SCRIPTS)) return;
  fail(
    "Tributary's commands need Node 22.18 or newer on " +
      process.platform +
      ' and this is v' +
      version +
      ': see https://nodejs.org.',
  );
}

function ownNodeVersion() {
  if (!fs.existsSync(OWN_NODE)) return undefined;
  if (isSameFile(OWN_NODE, process.execPath)) return process.versions.node;
  const run = childProcess.spawnSync(OWN_NODE, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  if (run.status === 0) return run.stdout.trim();
  // Made for another C library (Alpine): out of the way, so that npm scripts find the machine's own.
  fs.unlinkSync(OWN_NODE);
  return undefined;
}

function isSameFile(one, other) {
  return fs.realpathSync(one) === fs.realpathSync(other);
}

function isOlder(version, oldest) {
  const parts = version.split('.').map(Number);
  return parts[0] < oldest[0] || (parts[0] === oldest[0] && parts[1] < oldest[1]);
}

/**
 * Calls `work(release)` when no other process is installing. The lock is a folder of numbered owner files; the highest
 * number holds it. Each file comes into being whole, by a hard link, and who finds the holder dead takes the next
 * number, so that two that find it at once cannot both have it.
 */
function withLock(work) {
  const me = processIdentity(process.pid);
  let told = false;
  attempt();

  function attempt() {
    const holder = readHolder();
    if (holder && isAlive(holder.identity)) {
      if (!told)
        tell(
          'Another command is installing the dependencies (process ' +
            parseInt(holder.identity, 10) +
            '); waiting for it.',
        );
      told = true;
      setTimeout(attempt, 200);
    } else if (takeNumber(holder, me)) {
      process.once('exit', release);
      work(release);
    } else {
      setTimeout(attempt, 50);
    }
  }

  function release() {
    const holder = readHolder();
    if (!holder || holder.identity !== me) return;
    // Renamed first: a folder half deleted would look like a lock that is free.
    const discarded = `${LOCK}-${process.pid}`;
    fs.renameSync(LOCK, discarded);
    fs.readdirSync(discarded).forEach((name) => {
      fs.unlinkSync(path.join(discarded, name));
    });
    fs.rmdirSync(discarded);
  }
}

function readHolder() {
  try {
    const numbers = fs.readdirSync(LOCK).map(Number).filter(Boolean);
    if (numbers.length === 0) return undefined;
    const number = Math.max.apply(null, numbers);
    return { number: number, identity: fs.readFileSync(path.join(LOCK, String(number)), 'utf8') };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function takeNumber(dead, me) {
  const number = dead ? dead.number + 1 : 1;
  const draft = path.join(LOCK, `draft-${process.pid}`);
  try {
    fs.mkdirSync(LOCK, { recursive: true });
    fs.writeFileSync(draft, me);
    fs.linkSync(draft, path.join(LOCK, String(number)));
    fs.unlinkSync(draft);
    if (!dead) return true;
    // The folder may have been given back and taken anew since the dead holder was read.
    const before = fs.readFileSync(path.join(LOCK, String(dead.number)), 'utf8');
    if (before === dead.identity) return true;
    fs.unlinkSync(path.join(LOCK, String(number)));
    return false;
  } catch (error) {
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
    fail(`The dependencies cannot be installed: ${ROOT} may not be written to (${error.code}).`);
    return false;
  }
}

/** A process id and, where /proc tells it, when that process began: in a container the same ids come back. */
function processIdentity(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return String(pid);
  }
}

function isAlive(identity) {
  const pid = parseInt(identity, 10);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return processIdentity(pid) === identity;
}

function tell(sentence) {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence) {
  tell(sentence);
  process.exitCode = 1;
}
