// What apt-get says, read: which packages are lacking, their versions and sizes.
import { describe, expect, it } from 'vitest';
import { installedBy, packagesIn, sizeOf } from '../../../lab/benches/parts/unpack.ts';

const URIS = `'http://mirror.example/debian/pool/main/q/qemu/qemu-system-x86_7.2%2bdfsg-7_amd64.deb' qemu-system-x86_1%3a7.2+dfsg-7_amd64.deb 8543212 SHA256:00
'http://mirror.example/debian/pool/main/s/seabios/seabios_1.16.2-1_all.deb' seabios_1.16.2-1_all.deb 180288 MD5Sum:00
W: something else
`;

describe('packages', () => {
  it('are read from the addresses that apt-get prints', () => {
    const found = packagesIn(URIS);
    expect(found).toEqual([
      { name: 'qemu-system-x86', version: '1:7.2+dfsg-7', bytes: 8543212 },
      { name: 'seabios', version: '1.16.2-1', bytes: 180288 },
    ]);
    expect(sizeOf(found)).toBe('9 MB');
    expect(packagesIn('')).toEqual([]);
  });

  it('are read from its simulation, new ones and newer ones', () => {
    const lines = [
      'Inst libfdt1 (1.6.1-4+b1 Debian:12.15/oldstable [amd64])',
      'Inst libzstd1 [1.5.2] (1.5.4 Debian:12.15/oldstable [amd64])',
      'Conf libfdt1 (1.6.1-4+b1 Debian:12.15/oldstable [amd64])',
    ];
    expect(installedBy(lines.join('\n'))).toEqual(['libfdt1', 'libzstd1']);
  });
});
