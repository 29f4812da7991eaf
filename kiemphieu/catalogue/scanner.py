"""What `records` and `scanner` raise about layouts and keys."""

SCANNER: dict[str, tuple[str, str]] = {
    "layout_format": (
        "layout.json có định dạng {found}; bản này đọc định dạng {expected}. Hãy cập nhật kiemphieu.",
        "layout.json has format {found}; this version reads format {expected}. Update kiemphieu.",
    ),
    "layout_unreadable": (
        "layout.json bị hỏng ({reason}). Hãy chép lại từ bản sao lưu.",
        "layout.json is damaged ({reason}). Copy it back from a backup.",
    ),
    "layout_hash": (
        "layout.json đã bị sửa: mã băm ghi là {found}, tính ra {computed}. Hãy chép lại từ bản sao lưu.",
        "layout.json was changed: its hash says {found}, computed {computed}. Copy it back from a backup.",
    ),
    "public_key_unreadable": (
        "Khóa công khai không đọc được ({reason}). Hãy chép lại keys/ballot.pub từ bản sao lưu.",
        "The public key cannot be read ({reason}). Copy keys/ballot.pub back from a backup.",
    ),
    "public_key_type": (
        "Khóa công khai thuộc loại {found}, cần Ed25519. Hãy chép lại keys/ballot.pub từ bản sao lưu.",
        "The public key is of type {found}, Ed25519 is needed. Copy keys/ballot.pub back from a backup.",
    ),
    "reference_pages": (
        "Mẫu phiếu trắng có {found} trang, mẫu in có {expected}. Cơ sở dữ liệu có thể bị hỏng; hãy chép lại "
        "từ bản sao lưu.",
        "The blank form has {found} pages, the layout {expected}. The database may be damaged; copy it back "
        "from a backup.",
    ),
    "reference_size": (
        "Mẫu phiếu trắng có kích thước {found}, cần {expected}. Cơ sở dữ liệu có thể bị hỏng; hãy chép lại "
        "từ bản sao lưu.",
        "The blank form measures {found}, {expected} is needed. The database may be damaged; copy it back "
        "from a backup.",
    ),
}
