"""What `ballot_layout` raises and reports."""

BALLOT_LAYOUT: dict[str, tuple[str, str]] = {
    "font_unreadable": (
        "Không đọc được tệp phông chữ ({reason}). Chọn một tệp TTF khác, hoặc để trống [print] "
        "font để dùng phông có sẵn.",
        "The font file cannot be read ({reason}). Choose another TTF file, or leave [print] font "
        "empty to use the bundled font.",
    ),
    "font_not_truetype": (
        "Tệp phông chữ không phải phông TrueType. Dùng tệp .ttf (không dùng .otf kiểu CFF hay "
        ".ttc), hoặc để trống [print] font.",
        "The font has no TrueType outlines. Use a .ttf file (not a CFF .otf or a .ttc), or leave "
        "[print] font empty.",
    ),
    "font_missing_characters": (
        "Phông {font} thiếu các ký tự: {characters}. Chọn phông đủ chữ Việt, để trống [print] "
        "font, hoặc sửa chữ trong vote.toml.",
        "The font {font} lacks these characters: {characters}. Choose a font that covers "
        "Vietnamese, leave [print] font empty, or change the text in vote.toml.",
    ),
    "layout_word_too_wide": (
        "{place}: từ “{word}” rộng hơn cột {width_mm} mm nên không xuống dòng được. Viết ngắn lại "
        "hoặc thêm dấu cách.",
        "{place}: the word “{word}” is wider than its {width_mm} mm column and cannot be wrapped. "
        "Shorten it or add a space.",
    ),
    "layout_row_too_tall": (
        "Họ tên hoặc chức vụ của {name} ({official}) quá dài, không vừa một trang. Rút ngắn chức vụ.",
        "The name or position of {name} ({official}) is too long for one page. Shorten the position.",
    ),
    "layout_too_many_levels": (
        "{levels} mức tín nhiệm không vừa khổ giấy rộng {paper_width_mm} mm. Dùng khổ A4 hoặc bộ "
        "quy tắc ít mức hơn.",
        "{levels} levels do not fit on paper {paper_width_mm} mm wide. Use A4 or a rule set with "
        "fewer levels.",
    ),
    "layout_no_officials": (
        "Nhóm “{group}” không có người nào. Thêm người vào nhóm hoặc bỏ nhóm.",
        "Group “{group}” has no officials. Add some to it or remove the group.",
    ),
    "layout_too_many_officials": (
        "Nhóm “{group}” có {count} người, một loại phiếu chỉ in được {most}. Chia thành nhiều nhóm "
        "[[group]].",
        "Group “{group}” has {count} officials; one ballot style holds {most}. Split it into "
        "several [[group]]s.",
    ),
    "layout_no_levels": (
        "Bộ quy tắc {rules} không có mức tín nhiệm nào. Sửa bộ quy tắc.",
        "The rule set {rules} has no levels. Correct the rule set.",
    ),
    "layout_bad_id": (
        "Mã “{vote}” hoặc mã nhóm “{group}” không ghi được vào mã QR. Dùng a-z, 0-9 và dấu gạch "
        "nối, tối đa 32 ký tự.",
        "The vote id “{vote}” or group id “{group}” cannot go into the QR code. Use a-z, 0-9 and "
        "hyphen, at most 32 characters.",
    ),
    "seal_image_kind": (
        "Ảnh con dấu phải là tệp PNG hoặc SVG. Xuất ảnh ra PNG 600 dpi hoặc SVG, hoặc để trống "
        "seal_image để đóng dấu tay.",
        "The seal image must be a PNG or an SVG. Export it as PNG at 600 dpi or as SVG, or leave "
        "seal_image empty to stamp by hand.",
    ),
    "seal_image_empty": (
        "Ảnh con dấu trong suốt hoàn toàn, không có gì để in. Chọn ảnh khác, hoặc để trống seal_image.",
        "The seal image is wholly transparent; there is nothing to print. Choose another picture, or "
        "leave seal_image empty.",
    ),
    "seal_image_too_large": (
        "Ảnh con dấu quá lớn ({width}×{height} điểm). Thu nhỏ còn khoảng 1000×1000 điểm.",
        "The seal image is too large ({width}×{height} pixels). Reduce it to about 1000×1000 pixels.",
    ),
    "seal_image_unreadable": (
        "Không đọc được ảnh con dấu ({reason}). Lưu lại ảnh ở dạng PNG rồi thử lại.",
        "The seal image cannot be read ({reason}). Save it as PNG again and retry.",
    ),
    "print_page_count": (
        "Lỗi in: phiếu có {codes} mã nhưng mẫu phiếu có {pages} trang. Không in được; hãy báo lỗi này.",
        "Printing: a ballot has {codes} codes but the form has {pages} pages. Nothing can be "
        "printed; please report this.",
    ),
    "print_code_too_fine": (
        "Mã QR dài {length} ký tự làm ô mã chỉ còn {module_mm} mm, máy quét khó đọc. Dùng mã cuộc "
        "lấy phiếu và mã nhóm ngắn hơn.",
        "A code of {length} characters would have modules of only {module_mm} mm, too fine for a "
        "scanner. Use shorter vote and group ids.",
    ),
    "code_too_long": (
        "Mã QR dài {length} ký tự, tối đa {longest}. Dùng mã cuộc lấy phiếu và mã nhóm ngắn hơn.",
        "A code of {length} characters; the most is {longest}. Use shorter vote and group ids.",
    ),
    "code_size": (
        "Thư viện tạo mã QR trả về kích thước {found}, cần {expected}. Cài lại đúng phiên bản zxing-cpp.",
        "The QR library returned size {found}, {expected} was expected. Reinstall the supported "
        "version of zxing-cpp.",
    ),
    "key_unreadable": (
        "Không đọc được khóa ký phiếu ({reason}). Khôi phục keys/ballot.key từ bản sao lưu; khóa "
        "phải là PEM không đặt mật khẩu.",
        "The signing key cannot be read ({reason}). Restore keys/ballot.key from its copy; it must "
        "be PEM without a password.",
    ),
    "key_not_ed25519": (
        "Khóa ký phiếu không phải khóa Ed25519 (tìm thấy {found}). Dùng keys/ballot.key do "
        "kiemphieu new tạo ra.",
        "The signing key is not an Ed25519 key (found {found}). Use the keys/ballot.key that "
        "kiemphieu new made.",
    ),
    "vote_toml_syntax": (
        "Sai cú pháp TOML: {reason}. Kiểm tra dấu ngoặc kép, dấu bằng và ngoặc vuông ở dòng này.",
        "TOML syntax: {reason}. Check the quotes, the equals sign and the brackets on this line.",
    ),
    "vote_bad_date": (
        "Ngày không có thật ({reason}). Viết năm-tháng-ngày, ví dụ 2023-07-20.",
        "No such date ({reason}). Write year-month-day, such as 2023-07-20.",
    ),
    "vote_format": (
        "format = {found}, chương trình này đọc format = {expected}. Ghi lại là {expected}, hoặc "
        "dùng phiên bản chương trình mới hơn.",
        "format = {found}; this program reads format = {expected}. Set it to {expected}, or use a "
        "newer program.",
    ),
    "vote_missing_table": (
        "Thiếu phần {table}. Thêm phần {table} như trong tệp mẫu (kiemphieu new).",
        "The section {table} is missing. Add it as in the template (kiemphieu new).",
    ),
    "vote_missing_key": (
        "Thiếu “{key}”. Thêm dòng {key} = …",
        "“{key}” is missing. Add a line {key} = …",
    ),
    "vote_unknown_key": (
        "Không có mục “{key}”. Các mục có thể dùng: {known}.",
        "There is no “{key}” here. What can stand here: {known}.",
    ),
    "vote_unknown_key_near": (
        "Không có mục “{key}”; có phải “{near}”? Các mục có thể dùng: {known}.",
        "There is no “{key}” here; did you mean “{near}”? What can stand here: {known}.",
    ),
    "vote_unknown_setting": (
        "[rules] không có thiết lập “{key}”. Các thiết lập: {known}.",
        "[rules] has no setting “{key}”. The settings: {known}.",
    ),
    "vote_unknown_setting_near": (
        "[rules] không có thiết lập “{key}”; có phải “{near}”? Các thiết lập: {known}.",
        "[rules] has no setting “{key}”; did you mean “{near}”? The settings: {known}.",
    ),
    "vote_unknown_value": (
        "“{key}” không nhận giá trị “{found}”. Chọn một trong: {known}.",
        "“{key}” cannot be “{found}”. Choose one of: {known}.",
    ),
    "vote_unknown_rules": (
        "Không có bộ quy tắc “{found}”. Chọn một trong: {known}.",
        "There is no rule set “{found}”. Choose one of: {known}.",
    ),
    "vote_unknown_paper": (
        "Không in được khổ giấy “{found}”. Chọn một trong: {known}.",
        "Paper “{found}” is not supported. Choose one of: {known}.",
    ),
    "vote_expected_text": (
        "“{key}” phải là chữ trong dấu ngoặc kép (đang là {found}).",
        "“{key}” must be text in quotes (found {found}).",
    ),
    "vote_expected_integer": (
        "“{key}” phải là số nguyên, không có dấu ngoặc kép (đang là {found}).",
        "“{key}” must be a whole number without quotes (found {found}).",
    ),
    "vote_expected_boolean": (
        "“{key}” phải là true hoặc false, không có dấu ngoặc kép (đang là {found}).",
        "“{key}” must be true or false without quotes (found {found}).",
    ),
    "vote_expected_date": (
        "“{key}” phải là ngày viết năm-tháng-ngày, không có dấu ngoặc kép và giờ, ví dụ 2023-07-20 "
        "(đang là {found}).",
        "“{key}” must be a date, year-month-day without quotes or time, such as 2023-07-20 (found {found}).",
    ),
    "vote_expected_table": (
        "“{key}” phải là một phần viết [{key}] (đang là {found}).",
        "“{key}” must be a section written [{key}] (found {found}).",
    ),
    "vote_expected_texts": (
        '`{key}` phải là danh sách tên, như ["Nguyễn Văn A", "Trần Thị B"]; đang là {found}.',
        '`{key}` must be a list of texts, such as ["Nguyễn Văn A", "Trần Thị B"]; it is {found}.',
    ),
    "vote_bad_share": (
        '`{key}` là “{found}”: ghi một tỷ lệ lớn hơn 0 và không quá 1, như "2/3", "> 1/2", ">= 2/3".',
        '`{key}` is “{found}”: write a share above 0 and at most 1, such as "2/3", "> 1/2", ">= 2/3".',
    ),
    "vote_bad_cutoffs": (
        '`{key}` là “{found}”: ghi các tỷ lệ giảm dần, cách nhau bằng dấu phẩy, như "2/3, 1/2".',
        '`{key}` is “{found}”: write falling shares, separated by commas, such as "2/3, 1/2".',
    ),
    "vote_expected_tables": (
        "“{key}” phải là các khối viết [[{key}]] (đang là {found}).",
        "“{key}” must be blocks written [[{key}]] (found {found}).",
    ),
    "vote_empty_text": (
        "“{key}” đang để trống. Điền nội dung.",
        "“{key}” is empty. Fill it in.",
    ),
    "vote_text_too_long": (
        "“{key}” dài {length} ký tự, tối đa {most}. Rút ngắn lại.",
        "“{key}” has {length} characters; at most {most}. Shorten it.",
    ),
    "vote_control_characters": (
        "“{key}” có ký tự ẩn hoặc xuống dòng: {characters}. Xóa và gõ lại trên một dòng.",
        "“{key}” has hidden characters or a line break: {characters}. Delete and retype it on one line.",
    ),
    "vote_not_nfc": (
        "“{key}” gõ bằng Unicode tổ hợp. Gõ lại bằng Unicode dựng sẵn, hoặc chép chữ này: {text}",
        "“{key}” is not in Unicode form NFC. Retype it, or copy this text: {text}",
    ),
    "vote_id_too_long": (
        "Mã “{id}” dài {length} ký tự, tối đa {most}. Rút ngắn mã.",
        "The id “{id}” has {length} characters; at most {most}. Shorten it.",
    ),
    "vote_id_characters": (
        "Mã “{id}” có ký tự không được dùng: {characters}. Chỉ dùng a-z, 0-9 và dấu gạch nối.",
        "The id “{id}” has characters that are not allowed: {characters}. Use only a-z, 0-9 and hyphen.",
    ),
    "vote_negative_number": (
        "“{key}” là số âm ({found}). Ghi số từ 0 trở lên.",
        "“{key}” is negative ({found}). Write 0 or more.",
    ),
    "vote_more_present_than_summoned": (
        "Có mặt {present} người, nhiều hơn số được triệu tập {summoned}. Kiểm tra lại hai số này.",
        "{present} present, more than the {summoned} summoned. Check both numbers.",
    ),
    "vote_duplicate_official": (
        "Mã “{found}” đã dùng cho người khác ở dòng {first_line}. Đặt mã khác.",
        "The id “{found}” is already used on line {first_line}. Choose another.",
    ),
    "vote_same_person_twice": (
        "{found} với cùng chức vụ đã có ở dòng {first_line}. Xóa một trong hai, hoặc ghi rõ chức "
        "vụ khác nhau.",
        "{found} with the same position already stands on line {first_line}. Remove one, or tell "
        "the positions apart.",
    ),
    "vote_duplicate_group": (
        "Mã nhóm “{found}” đã dùng ở dòng {first_line}. Đặt mã khác.",
        "The group id “{found}” is already used on line {first_line}. Choose another.",
    ),
    "vote_no_officials": (
        "Chưa có người được lấy phiếu. Thêm ít nhất một khối [[official]].",
        "There are no officials. Add at least one [[official]] block.",
    ),
    "vote_too_many_officials": (
        "Nhóm {group} có {count} người, tối đa {most} trên một loại phiếu. Chia thành nhiều nhóm [[group]].",
        "Group {group} has {count} officials, at most {most} on one ballot style. Split it into "
        "several [[group]]s.",
    ),
    "vote_unknown_group": (
        "Không có nhóm “{found}”. Các nhóm đã khai: {known}.",
        "There is no group “{found}”. The groups declared: {known}.",
    ),
    "vote_group_undeclared": (
        'Nhóm “{found}” chưa khai. Thêm khối [[group]] có id = "{found}", hoặc bỏ dòng group này.',
        'Group “{found}” is not declared. Add a [[group]] block with id = "{found}", or remove this line.',
    ),
    "vote_official_without_group": (
        "Người này chưa thuộc nhóm nào. Thêm dòng group = … với một trong: {known}.",
        "This official has no group. Add a line group = … with one of: {known}.",
    ),
    "vote_group_without_officials": (
        "Nhóm “{group}” không có người nào. Thêm người vào nhóm hoặc bỏ nhóm.",
        "Group “{group}” has no officials. Add some to it or remove the group.",
    ),
}
