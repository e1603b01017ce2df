// Numbers of Winsock (ws2def.h, winsock2.h, mswsock.h of the Windows SDK). Pure: drivers, examples and the
// site may import this file.

export const AF_INET = 2;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
/** A socket whose operations may stay pending. */
export const WSA_FLAG_OVERLAPPED = 1;
/** shutdown: no more will be sent. */
export const SD_SEND = 1;

export const SOL_SOCKET = 0xffff;
/** An accepted socket becomes what accept would have given; its value is the listening socket. */
export const SO_UPDATE_ACCEPT_CONTEXT = 0x700b;
/** Nobody else may bind the same address: without it another program could on Windows. */
export const SO_EXCLUSIVEADDRUSE = -5;
export const TCP_NODELAY = 1;

export const WSAID_ACCEPTEX = 'b5367df1-cbac-11cf-95ca-00805f48a192';
/** What AcceptEx wants for each address: that of the protocol and 16 bytes more. */
export const ACCEPT_ADDRESS_BYTES = 32;

/** SOCKADDR_IN: where the port and the address stand, both with the high byte first. */
export const SOCKADDR_IN_PORT = 2;
export const SOCKADDR_IN_ADDRESS = 4;

export const WSA_IO_PENDING = 997;
export const WSAENOTSOCK = 10038;
export const WSAECONNRESET = 10054;
