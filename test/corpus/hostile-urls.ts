/** Spellings that name a local, private or special address, or that parsers of URLs read differently. */

const FULL_WIDTH = '０１２３４５６７８９';
const CIRCLED = '⓪①②③④⑤⑥⑦⑧⑨';

function numbersOf(address: string): number[] {
  return address.split('.').map(Number);
}

/** The ways an IPv4 address can be written in a URL: bases, fewer parts, other digits and dots. */
function spellingsOf(address: string): string[] {
  const [a, b, c, d] = numbersOf(address) as [number, number, number, number];
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const bases = [
    (n: number) => `${n}`,
    (n: number) => `0x${n.toString(16)}`,
    (n: number) => `0X${n.toString(16).toUpperCase()}`,
    (n: number) => `0${n.toString(8)}`,
    (n: number) => `0x0000${n.toString(16)}`,
  ];
  const digits = (alphabet: string) => address.replace(/\d/g, (digit) => [...alphabet][Number(digit)]!);
  return [
    ...bases.flatMap((base) => [
      [a, b, c, d].map(base).join('.'),
      [base(a), base(b), base(c * 256 + d)].join('.'),
      [base(a), base((b * 256 + c) * 256 + d)].join('.'),
      base(whole),
    ]),
    [bases[1]!(a), bases[3]!(b), bases[0]!(c), bases[2]!(d)].join('.'),
    `${address}.`,
    address.replaceAll('.', '。'),
    address.replaceAll('.', '．'),
    address.replaceAll('.', '｡'),
    address.replaceAll('.', '%2e'),
    address.replace(/\d/g, (digit) => `%3${digit}`),
    digits(FULL_WIDTH),
    digits(CIRCLED),
  ];
}

function ipv6Spellings(address: string): string[] {
  const [a, b, c, d] = numbersOf(address) as [number, number, number, number];
  const high = (a * 256 + b).toString(16);
  const low = (c * 256 + d).toString(16);
  return [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `::FFFF:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `0000:0000:0000:0000:0000:ffff:${high.padStart(4, '0')}:${low.padStart(4, '0')}`,
    `::${address}`,
    `64:ff9b::${address}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::1`,
    `2001:0:${high}:${low}::1`,
  ];
}

const ADDRESSES =
  '127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1';
const SPECIAL =
  '100.127.255.255 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 239.255.255.255 240.0.0.1 ' +
  '255.255.255.255 0.255.255.255';
const IPV6 =
  '::1 :: 0:0:0:0:0:0:0:1 fe80::1 febf::1 fec0::1 fc00::1 fdff::1 ff02::1 ff0e::1 100::1 2001:db8::1 2001:10::1 ' +
  '2001:20::1 3fff::1 5f00::1 4000::1 ::ffff:0:127.0.0.1 0::0:1';
const NAMES =
  'localhost localhost. LOCALHOST sub.localhost ip6-localhost 127.0.0.1.nip.example metadata.google.internal intern ' +
  'ⓛocalhost loc%61lhost xn--localhost kubernetes.default.svc router.lan host.docker.internal';

/** At least 300 URLs; `port` is where a canary listens. */
export function hostileUrls(port: number): string[] {
  const hosts = [
    ...ADDRESSES.split(' ').flatMap(spellingsOf),
    ...SPECIAL.split(' '),
    ...ADDRESSES.split(' ').flatMap((address) => ipv6Spellings(address).map((spelling) => `[${spelling}]`)),
    ...IPV6.split(' ').map((address) => `[${address}]`),
    ...NAMES.split(' '),
  ];
  const tricks = [
    `http://127.0.0.1:${port}\\@example.com/`,
    `http://example.com@127.0.0.1:${port}/`,
    `http://user:secret@example.com:${port}/`,
    `http://example.com:80@127.0.0.1:${port}/`,
    `http://1.1.1.1 &@127.0.0.1:${port}# @3.3.3.3/`,
    `http:127.0.0.1:${port}/`,
    `http:/127.0.0.1:${port}/`,
    `http:\\\\127.0.0.1:${port}\\`,
    `HTTP://127.0.0.1:${port}/`,
    ` http://127.0.0.1:${port}/ `,
    `http://127.0.0\t.1:${port}/`,
    `http://127.0.0.1\n:${port}/`,
    `http://[::1%25lo]:${port}/`,
    `http://[::1]:${port}@example.com/`,
    `http://127.0.0.1:${port}?@example.com/`,
    `http://127.0.0.1:${port}#@example.com/`,
    `http://127.0.0.256:${port}/`,
    `http://example.com:22/`,
    `http://93.184.216.34:6379/`,
    `//127.0.0.1:${port}/`,
    `127.0.0.1:${port}`,
    '',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:6379/_INFO',
    'data:text/plain,hallo',
    'javascript:1',
    'blob:http://127.0.0.1/x',
    `ws://127.0.0.1:${port}/`,
    `view-source:http://127.0.0.1:${port}/`,
  ];
  return [...new Set([...hosts.map((host) => `http://${host}:${port}/`), ...tricks])];
}
