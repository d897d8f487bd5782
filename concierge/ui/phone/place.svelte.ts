/** Where in the app one is, kept in the address after `#` so that a reload stays there. */

export type Place =
  | { room: 'route' }
  | { room: 'me' }
  | { room: 'visit' | 'list'; order: string };

function read(): Place {
  const [room, order] = location.hash.replace(/^#\/?/, '').split('/');
  if ((room === 'visit' || room === 'list') && order) return { room, order };
  return { room: room === 'me' ? 'me' : 'route' };
}

class Whereabouts {
  place = $state.raw<Place>(read());

  constructor() {
    addEventListener('hashchange', () => {
      this.place = read();
      scrollTo(0, 0);
    });
  }
}

export const whereabouts = new Whereabouts();

export const to = {
  route: '#/',
  me: '#/me',
  visit: (order: string): string => `#/visit/${order}`,
  list: (order: string): string => `#/list/${order}`,
};

/** The phone's own maps, with the way to a door. */
export function directions(longitude: number, latitude: number, street: string): string {
  const at = `${latitude},${longitude}`;
  return /iPhone|iPad|Mac OS/.test(navigator.userAgent)
    ? `https://maps.apple.com/?daddr=${at}&dirflg=d`
    : `geo:${at}?q=${at}(${encodeURIComponent(street)})`;
}
