#include "engine/exchange/column_words.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "footfall/member_names.h"

namespace footfall::engine {
namespace {

struct Words {
  WordKind kind;
  absl::string_view words;  // with blanks between; folded
};
constexpr Words kWords[] = {
    {WordKind::kTime,
     "date day days time timestamp datetime week month quarter year ds dt jour "
     "semaine mois annee datum tag woche monat quartal jahr zeit fecha dia "
     "semana mes ano data giorno settimana mese anno dato uge maned vecka "
     "日期 时间 日 月 年 周 天 날짜 일자"},
    {WordKind::kYear, "year yr years annee jahr ano anno 年 年份 年度"},
    {WordKind::kMonth, "month mon mois monat mes mese 月 月份"},
    {WordKind::kDay, "day jour tag dia giorno 日"},
    {WordKind::kHour,
     "hour hours hr hrs heure stunde hora ora uhrzeit 小时 时"},
    {WordKind::kEnd,
     "end ends ended ending until through fin ende endend bis fine hasta 截止 "
     "结束"},
    {WordKind::kWeekday, "weekday dow wochentag 星期 星期几"},
    {WordKind::kPeople,
     "dau wau mau user users visitor visitors client clients developer "
     "developers account accounts audience subscriber subscribers member "
     "members uv player players customer customers people person persons "
     "unique uniques uniq distinct active device devices installations "
     "followers fans reach visiteur visiteurs utilisateur utilisateurs abonnes "
     "besucher nutzer benutzer abonnenten kunden usuario usuarios visitantes "
     "clientes utenti visitatori leser lecteurs spieler joueurs jugadores "
     "cloners 日活 月活 周活 用户 访客 人数 会员 粉丝 사용자 ユーザー"},
    {WordKind::kEvents,
     "download downloads install installs uninstalls view views pageview "
     "pageviews hit hits click clicks visit visits session sessions mention "
     "mentions revenue sales sale order orders units purchases signups signup "
     "registrations impression impressions bounce bounces clone clones commits "
     "requests calls errors crashes events plays streams posts comments likes "
     "shares tweets messages searches transactions proceeds income spend cost "
     "costs telechargement telechargements vues clics visites ventes revenus "
     "commandes installationen herunterladungen klicks aufrufe seitenaufrufe "
     "besuche umsatz verkaufe bestellungen erwahnungen descargas visitas "
     "ventas ingresos clics pedidos scaricamenti visite vendite ricavi "
     "下载 下载量 浏览 浏览量 点击 点击量 收入 销量 销售 提及 安装 "
     "ダウンロード 다운로드"},
    {WordKind::kLevel,
     "price rank rate ratio score avg average mean median size stock balance "
     "index temperature duration time rating position interest level min max "
     "prix rang taux moyenne note preis bewertung durchschnitt quote rang "
     "precio tasa media puntuacion prezzo tasso 价格 排名 评分 比率 平均"},
    {WordKind::kValue,
     "value values count counts number amount total n num quantity qty valeur "
     "nombre wert anzahl valor numero cantidad valore 值 数值 数量 次数"},
    {WordKind::kShare,
     "percent percentage pct share proportion fraction pourcentage part "
     "prozent anteil porcentaje percentuale 占比 百分比 份额"},
    {WordKind::kCumulative,
     "cumulative cumul cum cumulated running todate kumuliert kumulativ cumule "
     "acumulado cumulato 累计"},
    {WordKind::kCounter, "row rownum no nr index idx num unnamed 序号 编号"},
    {WordKind::kId, "id ids uuid guid uid key hash"},
    {WordKind::kCode,
     "version versions ver code codes zip plz postcode build release sku "
     "status 版本 代码"},
    {WordKind::kNote,
     "note notes comment remark remarks description memo annotation "
     "annotations "
     "commentaire remarque bemerkung kommentar notiz nota notas comentario "
     "备注 "
     "说明"},
    {WordKind::kEventKind, "kind type category art typ tipo genre 类型 种类"},
    {WordKind::kEventName,
     "name title event release label titel ereignis nom titre evenement nombre "
     "名称 标题 事件"},
    {WordKind::kSource, "source url link quelle lien fuente 来源 链接"},
    {WordKind::kTotal,
     "total totals sum sums grand overall all gesamt summe insgesamt totale "
     "totaux ensemble somme suma 合计 总计 总和"},
};

// Headers of other scripts as names.
struct Translation {
  absl::string_view text;
  absl::string_view name;
};
constexpr Translation kTranslations[] = {
    {"日期", "date"},      {"时间", "time_"},     {"应用", "app"},
    {"产品", "product"},   {"平台", "platform"},  {"地区", "region"},
    {"国家", "country"},   {"城市", "city"},      {"渠道", "channel"},
    {"版本", "version"},   {"日活", "dau"},       {"周活", "wau"},
    {"月活", "mau"},       {"用户", "users"},     {"用户数", "users"},
    {"访客", "visitors"},  {"下载", "downloads"}, {"下载量", "downloads"},
    {"浏览量", "views"},   {"点击量", "clicks"},  {"收入", "revenue"},
    {"价格", "price"},     {"排名", "rank_"},     {"数量", "amount"},
    {"日活跃用户", "dau"}, {"月活跃用户", "mau"}, {"名称", "name"},
};

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Words of a folded text; accents that fold into marks of their own are gone.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const std::string folded = FoldName(text);
  for (size_t i = 0; i < folded.size(); ++i) {
    // Combining marks, U+0300 to U+036F.
    const auto byte = static_cast<unsigned char>(folded[i]);
    if ((byte == 0xCC || byte == 0xCD) && i + 1 < folded.size()) {
      ++i;
    } else if (IsPlain(folded[i])) {
      word.push_back(folded[i]);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool IsOtherScript(absl::string_view word) {
  return static_cast<unsigned char>(word[0]) >= 0xE0;
}

// The words of a kind, blanks around each: " date day ".
bool Holds(WordKind kind, absl::string_view word) {
  for (const Words& words : kWords) {
    if (words.kind != kind) continue;
    for (const absl::string_view known : absl::StrSplit(words.words, ' ')) {
      if (known == word) return true;
      // A single sign of another script is too little to be found inside.
      if (IsOtherScript(known) && known.size() > 3 &&
          absl::StrContains(word, known)) {
        return true;
      }
    }
  }
  return false;
}

// Words after which a name says more about what it names.
constexpr absl::string_view kLinks[] = {
    "of",  "per", "by", "in",  "for", "from", "de",  "du",
    "des", "di",  "da", "del", "von", "pro",  "par", "por"};

// "" where there is none.
std::string HeadOf(absl::string_view text) {
  std::vector<std::string> words =
      WordsOf(text.substr(0, text.find_first_of("([", 1)));
  std::string head;
  for (std::string& word : words) {
    const bool link = std::find(std::begin(kLinks), std::end(kLinks), word) !=
                      std::end(kLinks);
    if (link && !head.empty()) break;
    head = std::move(word);
  }
  return head;
}

}  // namespace

bool HasWord(absl::string_view text, WordKind kind) {
  const std::vector<std::string> words = WordsOf(text);
  for (size_t i = 0; i < words.size(); ++i) {
    if (Holds(kind, words[i])) return true;
  }
  return kind == WordKind::kWeekday && words.size() >= 2 &&
         absl::StartsWith(words[0], "day") && words.back() == "week";
}

bool IsWord(absl::string_view text, WordKind kind) {
  const std::vector<std::string> words = WordsOf(text);
  if (words.empty()) return false;
  for (const std::string& word : words) {
    if (!Holds(kind, word)) return false;
  }
  return true;
}

bool NamesMeasure(absl::string_view header) {
  for (const WordKind kind :
       {WordKind::kPeople, WordKind::kEvents, WordKind::kLevel,
        WordKind::kValue, WordKind::kShare}) {
    if (HasWord(header, kind)) return true;
  }
  return false;
}

bool HeadIs(absl::string_view text, WordKind kind) {
  const std::string head = HeadOf(text);
  return !head.empty() && Holds(kind, head);
}

bool HeadIsOne(absl::string_view text, WordKind kind) {
  const std::string head = HeadOf(text);
  if (head.empty() || !Holds(kind, head)) return false;
  const bool many = head.size() > 1 && head.back() == 's' &&
                    Holds(kind, head.substr(0, head.size() - 1));
  return !many;
}

std::string NameFrom(absl::string_view text) {
  const std::string trimmed = CollapseBlanks(text);
  for (const Translation& known : kTranslations) {
    if (trimmed == known.text) return std::string(known.name);
  }
  std::string name;
  for (const std::string& word : WordsOf(text)) {
    std::string part;
    for (const char c : word) {
      if (absl::ascii_isalnum(static_cast<unsigned char>(c))) part.push_back(c);
    }
    if (part.empty()) continue;
    if (!name.empty()) name.push_back('_');
    name += part;
  }
  if (name.empty()) return name;
  if (!absl::ascii_islower(static_cast<unsigned char>(name[0]))) {
    name.insert(0, "x_");
  }
  if (name == "time" || name == "offset" || name == "partial" ||
      name == "events") {
    name += "_";
  }
  return name.substr(0, 60);
}

}  // namespace footfall::engine
