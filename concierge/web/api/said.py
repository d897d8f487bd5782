"""How the API describes its refusals."""

from concierge.web.wire import no

READ_BADLY = {400: no("What was sent does not read right.")}
NOT_MEANT = {403: no("The token is missing or stale, or this is not for whoever asks.")}
NOT_HERS = {404: no("There is no such thing, or it is somebody else's.")}
FOR_SHOPPERS = {403: no("This is for clients and visitors.")}
SIGN_IN = {401: no("Nobody is signed in."), **FOR_SHOPPERS}
BUSY = {503: no("A neighbour of ours does not answer; ask again.")}
