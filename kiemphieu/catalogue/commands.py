"""Help texts: commands, arguments and options."""

COMMANDS: dict[str, tuple[str, str]] = {
    "help_kiemphieu": (
        "In, quét, đọc và kiểm phiếu tín nhiệm bằng giấy. Thử toàn bộ: kiemphieu demo",
        "Prints, scans, reads and counts paper ballots of confidence votes. See it all: kiemphieu demo",
    ),
    "help_new": (
        "Tạo thư mục VOTE với tệp vote.toml có chú thích.",
        "Makes the folder VOTE with a commented vote.toml.",
    ),
    "help_check": (
        "Nêu mọi chỗ sai trong vote.toml, kèm dòng và cách sửa.",
        "Names every mistake in vote.toml, with its line and remedy.",
    ),
    "help_print": (
        "In N phiếu chưa từng in vào một PDF và ghi nhận các số phiếu là đã phát.",
        "Prints N ballots not printed before into one PDF and records their serials as issued.",
    ),
    "help_scan": (
        "Đọc và ghi nhận các trang trong tệp và thư mục (JPEG, PNG, TIFF, PDF). Chạy lại hay dừng giữa "
        "chừng đều an toàn.",
        "Reads and records the pages in files and folders (JPEG, PNG, TIFF, PDF). Safe to repeat and safe "
        "to interrupt.",
    ),
    "help_readings": (
        "Xuất những gì đã đọc, mỗi phiếu một dòng JSON, xếp theo số phiếu; với --explain, vẽ ảnh cho biết vì "
        "sao một phiếu được đọc như vậy.",
        "Writes what was read, one JSON line per ballot, sorted by serial; with --explain, draws why one "
        "ballot was read as it was.",
    ),
    "help_tally": (
        "Kết quả kiểm phiếu của VOTE, hoặc từ số liệu nhập tay với --counts, --rules và --base.",
        "The count of VOTE, or of counts typed by hand with --counts, --rules and --base.",
    ),
    "help_demo": (
        "Một cuộc lấy phiếu mẫu trọn vẹn trong thư mục mới DIR: in, ghi phiếu và quét mô phỏng, đọc, kiểm, "
        "so với sự thật.",
        "A whole sample vote in the new folder DIR: prints, marks and scans (simulated), reads, counts, and "
        "compares with the truth.",
    ),
    "option_help": ("Hiện hướng dẫn này rồi thôi.", "Show this message and exit."),
    "option_version": ("Hiện phiên bản rồi thôi.", "Show the version and exit."),
    "option_json": (
        "In một tài liệu JSON ra stdout, ngoài ra không in gì ở đó.",
        "Write one JSON document to stdout, and nothing else there.",
    ),
    "option_lang": (
        "Ngôn ngữ của thông báo: vi hoặc en (hoặc đặt KIEMPHIEU_LANG).",
        "Language of the messages: vi or en (or set KIEMPHIEU_LANG).",
    ),
    "option_count": ("Số phiếu cần in.", "How many ballots to print."),
    "option_group": ("Loại phiếu, khi có nhiều loại.", "The kind of ballot, where there are several."),
    "option_seed": (
        "Chỉ để thử và làm mẫu: số phiếu và khóa mới rút từ số này, ai biết nó đều làm giả được phiếu.",
        "For tests and samples only: serials and new keys come from this number, and whoever knows it can "
        "forge ballots.",
    ),
    "option_output": (
        "Tệp PDF (mặc định: một tên mới trong VOTE/ballots).",
        "The PDF (default: a new name in VOTE/ballots).",
    ),
    "option_explain": (
        "Vẽ ảnh chú giải của phiếu có số này, hoặc của tờ không có số: 8 ký tự đầu trở lên của SHA-256 ảnh.",
        "Draw an annotated picture of the ballot with this serial, or of a sheet without one: the first 8 or "
        "more characters of its image's SHA-256.",
    ),
    "option_readings_output": (
        "Với --explain: tệp .png hoặc thư mục để ghi ảnh (mặc định: VOTE/reports).",
        "With --explain: a .png file or a folder for the pictures (default: VOTE/reports).",
    ),
    "option_workers": (
        "Số tiến trình đọc song song (mặc định: mỗi lõi một tiến trình).",
        "How many processes read at once (default: one per core).",
    ),
    "option_counts": (
        "Số liệu nhập tay: CSV UTF-8 với official,high,medium,low,invalid.",
        "Counts typed by hand: UTF-8 CSV with official,high,medium,low,invalid.",
    ),
    "option_rules": ("Bộ quy tắc, như qd96 hoặc nq96.", "The rule set, such as qd96 or nq96."),
    "option_base": (
        "Cơ số mà tỉ lệ và ngưỡng được tính trên đó.",
        "The number that percentages and thresholds are of.",
    ),
    "option_ballots": ("Số phiếu của cuộc mẫu.", "How many ballots the sample vote has."),
    "usage_prefix": ("Cách dùng: ", "Usage: "),
    "usage_options": ("Tùy chọn", "Options"),
    "usage_commands": ("Lệnh", "Commands"),
    "usage_options_metavar": ("[TÙY CHỌN]", "[OPTIONS]"),
    "usage_command_metavar": ("LỆNH …", "COMMAND …"),
}
