"""One page image put losslessly into the files that scanners make of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

POINTS = 72 / 300


def grey_image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels)


def two_valued(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(((pixels > 150) * 255).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def tiff(image: Image.Image, compression: str | None, *more: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "TIFF", compression=compression, save_all=True, append_images=list(more), **options)
    return out.getvalue()


def group4(image: Image.Image) -> tuple[bytes, bool]:
    """The compressed data alone, and whether 1 is black in it."""
    data = tiff(image, "group4", tiffinfo={278: image.height})
    with Image.open(io.BytesIO(data)) as opened:
        (start,), (size,) = opened.tag_v2[273], opened.tag_v2[279]
        return data[start : start + size], opened.tag_v2[262] == 1


def pdf(*pages: Callable[[pikepdf.Pdf], None]) -> bytes:
    document = pikepdf.new()
    for add in pages:
        add(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def image_page(data: bytes, size: tuple[int, int], extra: bytes = b"", **entries: object):
    """A page that is one image of `size` pixels at 300 dpi."""
    return strips_page([(data, size[1])], size, extra, **entries)


def strips_page(
    strips: list[tuple[bytes, int]], size: tuple[int, int], extra: bytes = b"", **entries: object
) -> Callable[[pikepdf.Pdf], None]:
    """A page whose image is cut into strips, from the top."""

    def add(document: pikepdf.Pdf) -> None:
        width, height = (side * POINTS for side in size)
        page = document.add_blank_page(page_size=(width, height))
        images, content, top = {}, [], height
        for number, (data, rows) in enumerate(strips):
            top -= rows * POINTS
            about = {"Width": size[0], "Height": rows, **entries}
            named = Dictionary(
                Type=Name.XObject, Subtype=Name.Image, **{str(key): value for key, value in about.items()}
            )
            images[f"/Im{number}"] = document.make_indirect(pikepdf.Stream(document, data, named))
            content.append(f"q {width:.6f} 0 0 {rows * POINTS:.6f} 0 {top:.6f} cm /Im{number} Do Q".encode())
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(XObject=Dictionary(images), Font=Dictionary(F1=font))
        page.Contents = pikepdf.Stream(document, b"\n".join([*content, extra]))

    return add


HIDDEN_TEXT = b"BT /F1 12 Tf 3 Tr 72 72 Td (searchable) Tj ET"


def grey_wrappers(pixels: np.ndarray) -> Mapping[str, bytes]:
    """Files with the same grey pixels as `pixels`."""
    size = (pixels.shape[1], pixels.shape[0])
    grey = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
    palette = Array([Name.Indexed, Name.DeviceGray, 255, pikepdf.String(bytes(range(256)))])
    image = grey_image(pixels)
    parts = [pixels[top : top + 512] for top in range(0, size[1], 512)]
    rows = [(part.tobytes(), len(part)) for part in parts]
    return {
        "deflate.tif": tiff(image, "tiff_adobe_deflate"),
        "lzw.tif": tiff(image, "tiff_lzw"),
        "raw.tif": tiff(image, None),
        "several.tif": tiff(image, "packbits", grey_image(255 - pixels)),
        "grey.pdf": pdf(image_page(pixels.tobytes(), size, **grey)),
        "colour.pdf": pdf(
            image_page(np.dstack([pixels] * 3).tobytes(), size, ColorSpace=Name.DeviceRGB, BitsPerComponent=8)
        ),
        "searchable.pdf": pdf(image_page(pixels.tobytes(), size, HIDDEN_TEXT, **grey)),
        "inverted.pdf": pdf(image_page((255 - pixels).tobytes(), size, Decode=Array([1, 0]), **grey)),
        "palette.pdf": pdf(image_page(pixels.tobytes(), size, ColorSpace=palette, BitsPerComponent=8)),
        "strips.pdf": pdf(strips_page(rows, size, **grey)),
    }


def two_valued_wrappers(pixels: np.ndarray) -> Mapping[str, bytes]:
    """Files with the same black and white pixels as `two_valued(pixels)`."""
    image = two_valued(pixels)
    size = image.size
    bits = image.tobytes()
    data, black_is_one = group4(image)
    parameters = Dictionary(K=-1, Columns=size[0], Rows=size[1], BlackIs1=black_is_one)
    fax = {"Filter": Name.CCITTFaxDecode, "DecodeParms": parameters}
    return {
        "group4.tif": tiff(image, "group4"),
        "several.tif": tiff(image, "group4", image.rotate(180)),
        "bits.pdf": pdf(image_page(bits, size, ColorSpace=Name.DeviceGray, BitsPerComponent=1)),
        "group4.pdf": pdf(image_page(data, size, ColorSpace=Name.DeviceGray, BitsPerComponent=1, **fax)),
        "stencil.pdf": pdf(image_page(data, size, ImageMask=True, BitsPerComponent=1, **fax)),
    }


def jpeg_wrappers(data: bytes) -> Mapping[str, bytes]:
    """Files with a JPEG in them, byte for byte."""
    with Image.open(io.BytesIO(data)) as image:
        size, space = image.size, Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    jpeg = {"ColorSpace": space, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
    return {
        "jpeg.pdf": pdf(image_page(data, size, **jpeg)),
        "searchable.pdf": pdf(image_page(data, size, HIDDEN_TEXT, **jpeg)),
        "two.pdf": pdf(image_page(data, size, **jpeg), image_page(data, size, **jpeg)),
    }


def written(folder: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


def layered_page(coarse: np.ndarray, fine: np.ndarray) -> Callable[[pikepdf.Pdf], None]:
    """A page of `coarse` at 300 dpi with `fine` drawn over it."""
    entries = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
    add_coarse = image_page(coarse.tobytes(), (coarse.shape[1], coarse.shape[0]), **entries)

    def add(document: pikepdf.Pdf) -> None:
        add_coarse(document)
        page = document.pages[-1]
        about = {"Width": fine.shape[1], "Height": fine.shape[0], **entries}
        named = Dictionary(Type=Name.XObject, Subtype=Name.Image, **about)
        page.Resources.XObject["/Fine"] = document.make_indirect(
            pikepdf.Stream(document, fine.tobytes(), named)
        )
        width, height = float(page.MediaBox[2]), float(page.MediaBox[3])
        over = f"q {width:.6f} 0 0 {height:.6f} 0 0 cm /Fine Do Q".encode()
        page.Contents = pikepdf.Stream(document, page.Contents.read_bytes() + b"\n" + over)

    return add
