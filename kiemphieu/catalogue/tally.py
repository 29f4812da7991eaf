"""What `tally` raises and reports."""

TALLY: dict[str, tuple[str, str]] = {
    "rule_set_unknown": (
        "Không có bộ quy tắc “{name}”. Các bộ có sẵn: {known}. Sửa `rules` trong vote.toml hoặc "
        "dùng --rules với một tên trong số đó.",
        "There is no rule set “{name}”. Available: {known}. Change `rules` in vote.toml, or give "
        "--rules one of these names.",
    ),
    "rule_set_not_toml": (
        "Tệp quy tắc {name} không đọc được theo định dạng TOML: {reason}. Sửa dòng được nêu.",
        "The rule file {name} is not TOML: {reason}. Mend the line it names.",
    ),
    "rule_set_format": (
        "Tệp quy tắc {name}: `{place}` là {found}, chương trình này đọc được {expected}. Ghi "
        "`format = {expected}` và kiểm tra tệp theo tài liệu.",
        "Rule file {name}: `{place}` is {found}, this program reads {expected}. Write `format = "
        "{expected}` and check the file against the documentation.",
    ),
    "rule_set_unknown_key": (
        "Tệp quy tắc {name}: không có mục nào tên `{place}`. Các mục được dùng ở đó: {allowed}. "
        "Sửa tên hoặc xóa mục này.",
        "Rule file {name}: `{place}` is not a known key. Known there: {allowed}. Correct the name "
        "or remove it.",
    ),
    "rule_set_missing_key": (
        "Tệp quy tắc {name}: thiếu `{place}`. Bổ sung mục này; mỗi thiết lập và mỗi căn cứ phải được ghi rõ.",
        "Rule file {name}: `{place}` is missing. Add it; every setting and every clause must be spelled out.",
    ),
    "rule_set_wrong_type": (
        "Tệp quy tắc {name}: `{place}` phải thuộc kiểu {expected}, đang là {found}. Sửa giá trị.",
        "Rule file {name}: `{place}` must be of type {expected}, it is {found}. Correct the value.",
    ),
    "rule_set_empty": (
        "Tệp quy tắc {name}: `{place}` để trống. Điền nội dung.",
        "Rule file {name}: `{place}` is empty. Fill it in.",
    ),
    "rule_set_not_nfc": (
        "Tệp quy tắc {name}: chữ ở `{place}` không theo dạng Unicode NFC (“{found}”). Gõ lại bằng "
        "bộ gõ Unicode dựng sẵn rồi lưu.",
        "Rule file {name}: the text at `{place}` is not Unicode NFC (“{found}”). Type it again "
        "with precomposed letters and save.",
    ),
    "rule_set_bad_id": (
        "Tệp quy tắc {name}: `{place}` là “{found}”; chỉ dùng a-z, 0-9, - và _, tối đa 32 ký tự.",
        "Rule file {name}: `{place}` is “{found}”; use only a-z, 0-9, - and _, at most 32 characters.",
    ),
    "rule_set_below_one": (
        "Tệp quy tắc {name}: `{place}` là {found}; phải là số nguyên từ 1 trở lên.",
        "Rule file {name}: `{place}` is {found}; it must be a whole number of at least 1.",
    ),
    "rule_set_above": (
        "Tệp quy tắc {name}: `{place}` là {found}; nhiều nhất là {most}.",
        "Rule file {name}: `{place}` is {found}; it may be at most {most}.",
    ),
    "rule_set_below_two": (
        "Tệp quy tắc {name}: `{place}` chỉ có {found} mức; phải có ít nhất 2.",
        "Rule file {name}: `{place}` has only {found} grade; give at least 2.",
    ),
    "rule_set_id_taken": (
        "Tệp quy tắc {name}: `{place}` là “{found}”, trùng với một bộ quy tắc có sẵn. Đặt mã khác, để "
        "biên bản không ghi nhầm bộ quy tắc.",
        "Rule file {name}: `{place}` is “{found}”, the id of a packaged rule set. Choose another, so that "
        "the minutes do not name the wrong rules.",
    ),
    "rule_file_elsewhere": (
        "Tệp quy tắc “{name}” phải nằm ngay trong thư mục {folder}. Chép tệp vào đó và "
        "chỉ ghi tên tệp ở `rules`.",
        "The rule file “{name}” must lie in {folder} itself. Copy it there and "
        "write only its name under `rules`.",
    ),
    "rule_setting_copies": (
        "[rules] {setting} = {found}: số bản phải từ 1 đến {most}. Sửa trong vote.toml.",
        "[rules] {setting} = {found}: the number of copies is 1 to {most}. Mend it in vote.toml.",
    ),
    "rule_setting_share": (
        '[rules] {setting} = “{found}”: ghi một tỷ lệ lớn hơn 0 và không quá 1, như "2/3", "> 1/2", '
        '">= 2/3". Sửa trong vote.toml.',
        '[rules] {setting} = “{found}”: write a share above 0 and at most 1, such as "2/3", "> 1/2", '
        '">= 2/3". Mend it in vote.toml.',
    ),
    "rule_setting_quorum": (
        '[rules] {setting} = “{found}”: số người có mặt tối thiểu là “từ … trở lên”; ghi ">= 2/3" hoặc '
        '"2/3" trong vote.toml.',
        '[rules] {setting} = “{found}”: a quorum is “at least”; write ">= 2/3" or "2/3" in vote.toml.',
    ),
    "rule_setting_no_threshold": (
        "[rules] {setting}: bộ quy tắc {name} không có ngưỡng này. Xóa dòng ấy trong vote.toml.",
        "[rules] {setting}: the rule set {name} has no such threshold. Remove the line from vote.toml.",
    ),
    "rule_setting_order": (
        "[rules]: ngưỡng `{setting}` phải cao hơn ngưỡng `{other}`, nếu không ngưỡng sau không bao giờ "
        "được dùng. Sửa trong vote.toml.",
        "[rules]: the threshold `{setting}` must be above `{other}`, or one of them is never reached. Mend "
        "them in vote.toml.",
    ),
    "rule_setting_no_grades": (
        "[rules] {setting}: bộ quy tắc {name} không phân loại. Xóa dòng ấy trong vote.toml.",
        "[rules] {setting}: the rule set {name} sorts into no grades. Remove the line from vote.toml.",
    ),
    "rule_setting_cutoffs": (
        '[rules] {setting} = “{found}”: ghi {count} tỷ lệ giảm dần, cách nhau bằng dấu phẩy, như "2/3, 1/2". '
        "Sửa trong vote.toml.",
        '[rules] {setting} = “{found}”: write {count} falling shares, separated by commas: "2/3, 1/2". '
        "Mend it in vote.toml.",
    ),
    "rule_set_share_above_one": (
        "Tệp quy tắc {name}: tỷ lệ ở `{place}` là {found}, lớn hơn 1. Tử số không được lớn hơn mẫu số.",
        "Rule file {name}: the share at `{place}` is {found}, more than 1. The numerator must not "
        "be above the denominator.",
    ),
    "rule_set_wrong_word": (
        "Tệp quy tắc {name}: `{place}` là “{found}”; chỉ nhận: {allowed}.",
        "Rule file {name}: `{place}` is “{found}”; it takes one of: {allowed}.",
    ),
    "rule_set_reserved": (
        "Tệp quy tắc {name}: `{place}` không được là “{found}” vì từ này chỉ dòng không hợp lệ "
        "trong kết quả. Chọn mã khác cho mức.",
        "Rule file {name}: `{place}` must not be “{found}”, because results use that word for "
        "invalid lines. Choose another id for the level.",
    ),
    "rule_set_duplicate": (
        "Tệp quy tắc {name}: “{found}” ở `{place}` đã được dùng. Mỗi mức cần một mã riêng.",
        "Rule file {name}: “{found}” at `{place}` is already in use. Give each level an id of its own.",
    ),
    "rule_set_threshold_order": (
        "Tệp quy tắc {name}: ngưỡng ở `{place}` (mức {level}) không bao giờ đạt tới vì ngưỡng đứng "
        "trước thấp hơn hoặc bằng. Xếp ngưỡng nghiêm trọng nhất lên đầu.",
        "Rule file {name}: the threshold at `{place}` (level {level}) can never be reached, "
        "because one before it is no higher. Put the severest first.",
    ),
    "rule_setting_unknown": (
        "vote.toml, [rules]: không có thiết lập “{setting}”. Các thiết lập: {allowed}.",
        "vote.toml, [rules]: there is no setting “{setting}”. Settings: {allowed}.",
    ),
    "rule_setting_twice": (
        "vote.toml, [rules]: thiết lập “{setting}” được ghi hai lần. Giữ lại một.",
        "vote.toml, [rules]: the setting “{setting}” is given twice. Keep one.",
    ),
    "rule_setting_word": (
        "vote.toml, [rules]: “{setting}” là “{found}”; chỉ nhận: {allowed}.",
        "vote.toml, [rules]: “{setting}” is “{found}”; it takes one of: {allowed}.",
    ),
    "ruling_levels_differ": (
        "Phiếu {serial}, dòng {official}: các ô trên phiếu ({found}) không khớp các mức của bộ quy "
        "tắc {rules} ({expected}). Dùng đúng bộ quy tắc mà phiếu đã được in theo.",
        "Ballot {serial}, line {official}: the boxes on the ballot ({found}) are not the levels of "
        "rule set {rules} ({expected}). Use the rule set that the ballot was printed for.",
    ),
    "ruling_line_unknown": (
        "Lỗi nội bộ: phiếu {serial} có nét gạch ở tên {official} nhưng không có dòng nào của người "
        "này. Giữ ảnh trang và báo cho người phát triển.",
        "Internal error: ballot {serial} has a strike on the name {official} but no line of that "
        "person. Keep the page image and report it to the developers.",
    ),
    "tally_base_zero": (
        "Không tính được tỷ lệ và kết quả khi số làm căn cứ là {base}: chưa có phiếu nào được "
        "kiểm. Quét phiếu, hoặc nhập số làm căn cứ (--base).",
        "No percentages and no outcome can be computed from a base of {base}: nothing has been "
        "counted. Scan ballots, or give the base (--base).",
    ),
    "tally_lines_differ": (
        "Lỗi nội bộ: phiếu {serial} có các dòng {found}, không đúng danh sách người được lấy "
        "phiếu. Kiểm tra phiếu này thuộc mẫu phiếu nào rồi báo cho người phát triển.",
        "Internal error: ballot {serial} has the lines {found}, which are not those of the people "
        "listed. See which ballot style it belongs to and report it to the developers.",
    ),
    "tally_line_open": (
        "Lỗi nội bộ: phiếu {serial} được coi là hợp lệ nhưng dòng {official} chưa có kết luận. Đưa "
        "phiếu vào diện xem xét và báo cho người phát triển.",
        "Internal error: ballot {serial} is ruled valid but its line {official} is not decided. "
        "Put the ballot in review and report it to the developers.",
    ),
    "tally_identity_broken": (
        "Lỗi nội bộ: phép đối chiếu “{identity}” không đúng: {found}, phải là {expected}. Không "
        "dùng kết quả này; chạy `kiemphieu verify` và báo cho người phát triển.",
        "Internal error: the identity “{identity}” does not hold: {found}, should be {expected}. "
        "Do not use this result; run `kiemphieu verify` and report it to the developers.",
    ),
    "typed_header": (
        "Dòng tiêu đề là “{found}”, phải là “{expected}”, cách nhau bằng dấu phẩy. Sửa dòng đầu "
        "(Excel: lưu dạng CSV UTF-8, phân cách bằng dấu phẩy).",
        "The header row is “{found}”, it must be “{expected}”, separated by commas. Correct the "
        "first line (Excel: save as CSV UTF-8, comma delimited).",
    ),
    "typed_csv": (
        "Không đọc được CSV từ dòng này: {reason}. Kiểm tra dấu ngoặc kép.",
        "The CSV cannot be read from this line on: {reason}. Check the quotation marks.",
    ),
    "typed_no_rows": (
        "Tệp chỉ có dòng tiêu đề. Thêm một dòng cho mỗi người được lấy phiếu.",
        "The file has only its header. Add a row for each person rated.",
    ),
    "typed_row_width": (
        "Dòng có {found} cột, phải có {expected}. Bổ sung hoặc xóa cột.",
        "The row has {found} cells, it must have {expected}. Add or remove cells.",
    ),
    "typed_no_official": (
        "Dòng không ghi người được lấy phiếu. Điền cột `official`.",
        "The row names no official. Fill in the column `official`.",
    ),
    "typed_not_a_number": (
        "“{found}” không phải số nguyên. Chỉ ghi chữ số 0-9, không dấu chấm, dấu phẩy hay khoảng "
        "trắng (tối đa 9 chữ số).",
        "“{found}” is not a whole number. Write digits 0-9 only, without points, commas or spaces "
        "(at most 9 digits).",
    ),
    "typed_negative": (
        "{found} là số âm. Số phiếu phải từ 0 trở lên.",
        "{found} is negative. A count is 0 or more.",
    ),
    "typed_official_twice": (
        "“{official}” đã có ở dòng {first}. Xóa một trong hai dòng.",
        "“{official}” already stands on line {first}. Remove one of the two rows.",
    ),
    "typed_official_unknown": (
        "“{official}” không có trong danh sách người được lấy phiếu. Kiểm tra mã với vote.toml.",
        "“{official}” is not among those rated. Compare the id with vote.toml.",
    ),
    "typed_official_missing": (
        "Thiếu dòng của “{official}”. Bổ sung kết quả của người này.",
        "There is no row for “{official}”. Add this person's counts.",
    ),
    "typed_base_needed": (
        "Bộ quy tắc tính tỷ lệ trên “{base}”, số này không suy ra được từ kết quả. Ghi thêm --base N.",
        "The rule set takes percentages of “{base}”, which the counts do not tell. Add --base N.",
    ),
    "typed_base_zero": (
        "Số làm căn cứ là {found}; phải từ 1 trở lên thì mới có tỷ lệ và kết quả. Kiểm tra --base "
        "và số phiếu.",
        "The base is {found}; it must be at least 1 for percentages and outcomes. Check --base and "
        "the counts.",
    ),
    "typed_total": (
        "Các số của “{official}” cộng lại là {found}, phải là {expected} (số phiếu thu về). Kiểm "
        "tra từng cột, kể cả `invalid`.",
        "The counts of “{official}” add up to {found}, they must give {expected} (the ballots "
        "returned). Check every column, `invalid` too.",
    ),
    "typed_total_above_base": (
        "Các số của “{official}” cộng lại là {found}, lớn hơn số làm căn cứ {expected}. Kiểm tra "
        "--base và từng cột.",
        "The counts of “{official}” add up to {found}, more than the base of {expected}. Check "
        "--base and every column.",
    ),
    "typed_total_below_base": (
        "Các số của “{official}” cộng lại là {found}, nhỏ hơn {expected} phiếu hợp lệ. Kiểm tra "
        "--base và từng cột.",
        "The counts of “{official}” add up to {found}, fewer than the {expected} valid ballots. "
        "Check --base and every column.",
    ),
    "typed_votes_above_base": (
        "“{official}” có {found} phiếu ở các mức, nhiều hơn {expected} phiếu hợp lệ. Kiểm tra "
        "--base và từng cột.",
        "“{official}” has {found} votes over the levels, more than the {expected} valid ballots. "
        "Check --base and every column.",
    ),
}
