import { ByteReader } from '../../../bytes/reader.ts';
import { type DynvcCapabilities, decodeDynvcCapabilities } from './capabilities.ts';
import { type DynvcClose, decodeDynvcClose } from './close.ts';
import { type CreateRequest, type CreateResponse, decodeCreateRequest, decodeCreateResponse } from './create.ts';
import { type DynvcData, decodeDynvcData } from './data.ts';
import { decodeDynvcHeader, DYNVC_CMD } from './header.ts';

/** [MS-RDPEDYC] 2.2 any PDU of `drdynvc`. `other`: a Cmd that is not known, which 3.1.5.2 has passed over. */
export type DynvcPdu =
  | ({ readonly tag: 'capabilities' } & DynvcCapabilities)
  | ({ readonly tag: 'createRequest' } & CreateRequest)
  | ({ readonly tag: 'createResponse' } & CreateResponse)
  | ({ readonly tag: 'data' } & DynvcData)
  /** Of version 3, which nobody is offered here. */
  | { readonly tag: 'compressedData' }
  | ({ readonly tag: 'close' } & DynvcClose)
  | { readonly tag: 'other'; readonly cmd: number };

/** One message of the static channel `drdynvc`. Create and Capabilities mean different things `from` a server and from a client. */
export function decodeDynvcPdu(message: Uint8Array, from: 'server' | 'client'): DynvcPdu {
  const reader = new ByteReader(message);
  const header = decodeDynvcHeader(reader);
  switch (header.cmd) {
    case DYNVC_CMD.capabilities:
      return { tag: 'capabilities', ...decodeDynvcCapabilities(reader, from) };
    case DYNVC_CMD.create:
      return from === 'server'
        ? { tag: 'createRequest', ...decodeCreateRequest(header, reader) }
        : { tag: 'createResponse', ...decodeCreateResponse(header, reader) };
    case DYNVC_CMD.dataFirst:
    case DYNVC_CMD.data:
      return { tag: 'data', ...decodeDynvcData(header, reader) };
    case DYNVC_CMD.dataFirstCompressed:
    case DYNVC_CMD.dataCompressed:
      return { tag: 'compressedData' };
    case DYNVC_CMD.close:
      return { tag: 'close', ...decodeDynvcClose(header, reader) };
    default:
      return { tag: 'other', cmd: header.cmd };
  }
}
