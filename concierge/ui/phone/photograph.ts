/** A photograph as it is sent: small enough for a weak signal, and without where it was taken. */
const LONGEST_SIDE = 1_600;
const QUALITY = 0.8;

/** Draw a photograph anew, upright, as a JPEG of at most 1,600 pixels a side. */
export async function smaller(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', QUALITY);
  });
  if (!made) throw new Error('This phone cannot draw a photograph.');
  return made;
}
